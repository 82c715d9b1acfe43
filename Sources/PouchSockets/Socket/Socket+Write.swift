internal import CPouchSystem
internal import Glibc
internal import PouchCore

extension Socket {
  /// Writes every byte of `segments` and waits while the kernel has no room for them.
  func write(_ segments: [Bytes]) async throws(PouchError) {
    await loop.beginOperation()
    var position = WritePosition()
    while true {
      let isBlocked = try send(segments, &position)
      if !isBlocked { return }
      try await waitToWrite().check("write")
    }
  }

  /// Hands the kernel as much as it takes.
  ///
  /// - Returns: Whether it has no room for the rest.
  private func send(
    _ segments: [Bytes], _ position: inout WritePosition
  ) throws(PouchError) -> Bool {
    if isFinished { throw PouchError(.closed, "the stream is closed for writing") }
    return try withDescriptor { descriptor throws(PouchError) in
      while !position.isAtEnd(of: segments) {
        let result = position.send(segments, descriptor)
        if result == -Int(EAGAIN) { return true }
        if result < 0 { throw fail(Int32(-result), "write") }
        position.advance(result, in: segments)
      }
      return false
    }
  }
}

/// How far a list of segments has been written.
private struct WritePosition {
  /// The most segments that one system call takes (IOV_MAX).
  private static let mostSegments = 1024

  private var index = 0
  private var offset = 0

  mutating func isAtEnd(of segments: [Bytes]) -> Bool {
    while index < segments.count, segments[index].count == offset {
      index += 1
      offset = 0
    }
    return index == segments.count
  }

  mutating func advance(_ count: Int, in segments: [Bytes]) {
    offset += count
    while index < segments.count, offset >= segments[index].count {
      offset -= segments[index].count
      index += 1
    }
  }

  /// One system call with what is left, or as much of it as one call takes.
  ///
  /// The addresses in the vector outlive the closures that gave them: the segments own the memory,
  /// which neither moves nor changes, and `segments` is alive until the call has returned.
  func send(_ segments: [Bytes], _ descriptor: Int32) -> Int {
    let count = min(segments.count - index, WritePosition.mostSegments)
    if count == 1 {
      return segments[index].withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else { return 0 }
        return pouch_send(descriptor, base + offset, bytes.count - offset)
      }
    }
    return withUnsafeTemporaryAllocation(of: iovec.self, capacity: count) { vector in
      for number in 0..<count {
        let skipped = number == 0 ? offset : 0
        segments[index + number].withUnsafeBytes { bytes in
          vector.initializeElement(
            at: number,
            to: iovec(
              iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress.map { $0 + skipped }),
              iov_len: bytes.count - skipped))
        }
      }
      return withExtendedLifetime(segments) {
        guard let base = vector.baseAddress else { return 0 }
        return pouch_send_vector(descriptor, base, count)
      }
    }
  }
}
