internal import Glibc
internal import Pouch
internal import PouchCore
internal import Synchronization

/// Writes objects to stdout, one after the other and none inside another.
final class StandardOutputStore: ObjectStore {
  private struct Turn {
    var number: UInt64
    var delivery: StreamedDelivery
    var grant: AsyncStream<Void>.Continuation
  }

  private struct State {
    /// Whose turn it is, and who waits behind.
    var turns: [Turn] = []
    var count: UInt64 = 0
  }

  /// Makes lines of objects; nil for payloads as they are.
  private let writer: LineWriter?
  private let state = Mutex(State())

  init(_ writer: LineWriter?) { self.writer = writer }

  func take(_ delivery: StreamedDelivery, _ meter: ProgressMeter) async throws -> StoredObject {
    try writer?.admit(delivery)
    let number = try await waitForTurn(delivery)
    defer { endTurn(number) }
    guard let writer else { return try await pass(delivery, meter) }
    let payload = try await collect(delivery, atMost: writer.longest, meter)
    return try await blocking {
      let (line, losses) = try InvalidObject.finding { () throws(PouchError) in
        try writer.line(delivery, payload)
      }
      try StandardOutputStore.write(line)
      return StoredObject(size: UInt64(payload.count), losses: losses)
    }
  }

  /// Writes an object as it comes, without its attachments: who reads the pipe could not tell them
  /// from the object.
  private func pass(
    _ delivery: StreamedDelivery, _ meter: ProgressMeter
  ) async throws -> StoredObject {
    var parts = BodyParts(delivery)
    var size: UInt64 = 0
    for try await chunk in delivery.body {
      meter.add(bytes: chunk.count)
      let own = parts.cut(chunk).filter { $0.part == 0 }.map(\.bytes)
      size += own.reduce(0) { $0 + UInt64($1.count) }
      try await blocking { for bytes in own { try StandardOutputStore.write(bytes) } }
    }
    return StoredObject(size: size, losses: delivery.attachmentsLeftOut)
  }

  /// Takes all of an object.
  private func collect(
    _ delivery: StreamedDelivery, atMost longest: Int, _ meter: ProgressMeter
  ) async throws -> Bytes {
    if let whole = delivery.body.whole, whole.count <= longest {
      meter.add(bytes: whole.count)
      return whole
    }
    var payload = ByteBuffer()
    for try await chunk in delivery.body {
      meter.add(bytes: chunk.count)
      guard chunk.count <= longest - payload.count else {
        throw Refusal(
          code: "too-large",
          text: "an object that becomes a line has at most \(HumanText.size(UInt64(longest)))")
      }
      payload.append(chunk)
    }
    return payload.freeze()
  }

  private static func write(_ bytes: Bytes) throws(PouchError) {
    try bytes.withUnsafeBytes { buffer throws(PouchError) in
      try SystemOutput.write(buffer, to: STDOUT_FILENO, "stdout")
    }
  }

  // MARK: Turns

  /// Waits until every object before this one has been written.
  ///
  /// An object that came in the middle of another of its connection cannot wait: it would hold up
  /// the rest of the one that it waits for.
  ///
  /// - Throws: A refusal that says to try again.
  private func waitForTurn(_ delivery: StreamedDelivery) async throws -> UInt64 {
    let (turns, grant) = AsyncStream.makeStream(of: Void.self)
    let number = try state.withLock { state throws(Refusal) -> UInt64 in
      let isBetween = state.turns.contains {
        $0.delivery.connection === delivery.connection && !$0.delivery.body.hasArrived
      }
      guard !isBetween else {
        throw Refusal(
          code: "refused", isRetryable: true,
          text: "the receiver writes to a pipe, one object after the other")
      }
      state.count += 1
      state.turns.append(Turn(number: state.count, delivery: delivery, grant: grant))
      if state.turns.count == 1 { grant.yield() }
      return state.count
    }
    for await _ in turns { return number }
    endTurn(number)
    throw CancellationError()
  }

  private func endTurn(_ number: UInt64) {
    state.withLock { state in
      let wasFirst = state.turns.first?.number == number
      state.turns.removeAll { $0.number == number }
      if wasFirst { state.turns.first?.grant.yield() }
    }
  }
}
