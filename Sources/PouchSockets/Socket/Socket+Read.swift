internal import CPouchSystem
internal import Glibc
internal import PouchCore
internal import Synchronization

extension Socket {
  /// Reads what the kernel has onto the end of `buffer`, and waits until it has something.
  ///
  /// - Returns: How many bytes; 0 at a clean end.
  func read(into buffer: inout ByteBuffer) async throws(PouchError) -> Int {
    await loop.beginOperation()
    if isDrained.exchange(false, ordering: .relaxed), !hasEnded.load(ordering: .relaxed) {
      // Cancellation ends a wait, and this one may not be needed: there can be bytes of which the
      // loop does not know yet.
      let outcome = await waitToRead(holding: &buffer)
      if outcome != .cancelled { try outcome.check("read") }
    }
    while true {
      let count = try receive(into: &buffer)
      if let count {
        loop.endOperation(count)
        return count
      }
      try await waitToRead(holding: &buffer).check("read")
    }
  }

  /// Waits, and lets the memory of an empty buffer go when the wait is long.
  private func waitToRead(holding buffer: inout ByteBuffer) async -> WaitSlot.Outcome {
    if buffer.isEmpty { buffer.removeAll() }
    guard buffer.isEmpty, buffer.spare > 0 else { return await waitToRead() }
    let outcome = await waitToRead(patience: ReadSize.idleAfter)
    guard case .timedOut = outcome else { return outcome }
    buffer = ByteBuffer()
    return await waitToRead()
  }

  /// - Returns: nil when the kernel has nothing.
  private func receive(into buffer: inout ByteBuffer) throws(PouchError) -> Int? {
    if buffer.isEmpty { buffer.removeAll() }
    let size = readSize.load(ordering: .relaxed)
    // Moving what is half read is worth it when a quarter or less of the room is left; new memory,
    // when moving does not make more.
    buffer.reserve(size, orAtLeast: max(size / 4, ReadSize.smallest))
    let room = buffer.spare

    var result = 0
    try withDescriptor { descriptor throws(PouchError) in
      _ = buffer.fill(minimum: 1) { memory in
        guard let base = memory.baseAddress else { return 0 }
        result = pouch_receive(descriptor, base, memory.count)
        return max(result, 0)
      }
    }
    switch Int32(clamping: result) {
    case -EAGAIN: return nil
    case ..<0: throw fail(Int32(-result), "read")
    case 0:
      if let failure { throw fail(failure, "read") }
      return 0
    default:
      let next = ReadSize.next(after: size, room: room, received: result)
      if next != size { readSize.store(next, ordering: .relaxed) }
      // A stream that gives less than it was asked for has no more; what comes now is an edge
      // (epoll(7), "Questions and answers", 9).
      if result < room { isDrained.store(true, ordering: .relaxed) }
      return result
    }
  }
}
