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
    /// Why nothing can be written any more.
    var failure: StorageFailure?
  }

  /// Makes lines of objects; nil for payloads as they are.
  private let writer: LineWriter?
  private let state = Mutex(State())

  /// - Throws: `.outputFailed` when stdout is closed.
  init(_ writer: LineWriter?) throws(PouchError) {
    try StandardDescriptors.checkOutput()
    self.writer = writer
  }

  func take(_ delivery: StreamedDelivery, _ meter: ProgressMeter) async throws -> StoredObject {
    try writer?.admit(delivery)
    let number = try await waitForTurn(delivery)
    defer { endTurn(number) }
    guard let writer else { return try await pass(delivery, meter) }
    let payload = try await collect(delivery, atMost: writer.longest, meter)
    let (line, losses) = try await blocking {
      try InvalidObject.finding { () throws(PouchError) in try writer.line(delivery, payload) }
    }
    try await write([line])
    return StoredObject(size: UInt64(payload.count), losses: losses)
  }

  /// Writes an object as it comes, without its attachments: who reads the pipe could not tell them
  /// from the object.
  private func pass(
    _ delivery: StreamedDelivery, _ meter: ProgressMeter
  ) async throws -> StoredObject {
    var parts = BodyParts(delivery)
    var size: UInt64 = 0
    do {
      for try await chunk in delivery.body {
        meter.add(bytes: chunk.count)
        let own = parts.cut(chunk).filter { $0.part == 0 }.map(\.bytes)
        try await write(own)
        size += own.reduce(0) { $0 + UInt64($1.count) }
      }
    } catch let torn as TornObject {
      throw TornObject(written: size + torn.written, cause: torn.cause)
    } catch {
      throw TornObject.error(size, error)
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
      try checkFailure()
      guard chunk.count <= longest - payload.count else {
        throw Refusal(
          code: "too-large",
          text: "an object that becomes a line has at most \(HumanText.size(UInt64(longest)))")
      }
      payload.append(chunk)
    }
    return payload.freeze()
  }

  // MARK: The output

  /// Writes pieces of an object. What is behind one that is not written whole would be taken for its
  /// rest: nothing is written any more.
  ///
  /// - Throws: `StorageFailure`, in a `TornObject` when some of them was written.
  private func write(_ pieces: [Bytes]) async throws {
    try checkFailure()
    var written: UInt64 = 0
    for bytes in pieces {
      do {
        try await blocking { try SystemOutput.write(bytes, to: STDOUT_FILENO) }
        written += UInt64(bytes.count)
      } catch let failure as SystemOutput.Failure {
        throw TornObject.error(written + UInt64(failure.written), fail(failure))
      } catch {
        throw TornObject.error(written, error)
      }
    }
  }

  private func checkFailure() throws(StorageFailure) {
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  /// Takes note that nothing can be written any more, and sends away whoever waits.
  private func fail(_ failure: SystemOutput.Failure) -> StorageFailure {
    state.withLock { state in
      if let failure = state.failure { return failure }
      var failure = StorageFailure(failure, writing: "stdout")
      failure.isForAll = true
      state.failure = failure
      for turn in state.turns { turn.grant.finish() }
      return failure
    }
  }

  func waitForEnd() async -> StorageFailure? {
    guard let interrupt = try? Interrupt() else { return nil }
    let isGone = await withTaskCancellationHandler {
      (try? await blocking { interrupt.waitForHangUp(of: STDOUT_FILENO) }) ?? false
    } onCancel: {
      interrupt.trigger(PouchError(.cancelled, "the receiver has ended"))
    }
    return isGone ? fail(SystemOutput.Failure(written: 0, number: EPIPE)) : nil
  }

  // MARK: Turns

  /// Waits until every object before this one has been written.
  ///
  /// An object that came in the middle of another of its connection cannot wait: it would hold up
  /// the rest of the one that it waits for.
  ///
  /// - Throws: A refusal that says to try again; `StorageFailure`.
  private func waitForTurn(_ delivery: StreamedDelivery) async throws -> UInt64 {
    try checkFailure()
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
    try checkFailure()
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
