internal import Glibc
internal import Pouch
internal import PouchCore
internal import Synchronization

/// Writes objects to stdout, one after the other and none inside another.
final class StandardOutputStore: ObjectStore {
  private struct State {
    var turns: OutputTurns
    /// Who waits for a turn.
    var grants: [UInt64: AsyncStream<Void>.Continuation] = [:]
    /// Who waits for room.
    var roomless: [AsyncStream<Void>.Continuation] = []
    /// Why nothing can be written any more.
    var failure: StorageFailure?
  }

  /// How much may wait in memory, in bytes; the rest waits in a file.
  private static let inMemory = 16 << 20

  /// Makes lines of objects; nil for payloads as they are.
  private let writer: LineWriter?
  private let spill: Spill
  /// The time over which a sender whose turn it is must bring 1 KiB a second while others wait.
  private let patience: Duration
  private let state: Mutex<State>

  /// - Parameters:
  ///   - share: What may be kept of objects that wait, for one peer, in bytes.
  ///   - directory: Where it is kept when it is too much for memory.
  ///   - patience: How long an object whose turn it is may bring nothing while others wait.
  /// - Throws: `.outputFailed` when stdout is closed.
  init(
    _ writer: LineWriter?, share: Int, directory: String, patience: Duration
  ) throws(PouchError) {
    try StandardDescriptors.checkOutput()
    self.writer = writer
    self.patience = patience
    spill = Spill(directory: directory)
    state = Mutex(State(turns: OutputTurns(share: share)))
  }

  func take(_ delivery: StreamedDelivery, _ meter: ProgressMeter) async throws -> StoredObject {
    try writer?.admit(delivery)
    try checkFailure()
    let whole = delivery.body.whole
    let number = begin(delivery, isWhole: whole != nil)
    defer { end(number) }
    if let whole {
      meter.add(bytes: whole.count)
      try await waitForTurn(number)
      guard let writer else { return try await pass(delivery) { whole } }
      return try await write(delivery, whole, writer)
    }
    let spool = Spool(spill)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await self.gather(delivery, number, into: spool, meter) }
      defer { group.cancelAll() }
      guard let writer else {
        try await waitForTurn(number, or: spool)
        group.addTask { await self.watch(number, spool) }
        return try await pass(delivery) { try await self.next(number, spool) }
      }
      try await spool.waitForEnd()
      try await waitForTurn(number)
      return try await write(delivery, collect(number, spool), writer)
    }
  }

  // MARK: Arriving

  /// Takes in what comes of an object, before its turn and while it has it.
  private func gather(
    _ delivery: StreamedDelivery, _ number: UInt64, into spool: Spool, _ meter: ProgressMeter
  ) async {
    do {
      for try await chunk in delivery.body {
        meter.add(bytes: chunk.count)
        try checkFailure()
        if let longest = writer?.longest, spool.arrived + UInt64(chunk.count) > UInt64(longest) {
          throw Refusal(
            code: "too-large",
            text: "an object that becomes a line has at most \(HumanText.size(UInt64(longest)))")
        }
        try await waitForRoom(chunk.count, number)
        if isHolder(number) {
          spool.pass(chunk)
        } else {
          try await spool.add(chunk, toFile: isMemoryShort) { extra in
            self.state.withLock { $0.turns.add(extra, to: number) }
          }
        }
      }
      spool.finish(.success(()))
      change { $0.turns.complete(number) }
    } catch {
      spool.finish(.failure(error))
    }
  }

  /// Ends an object that brings too little while others wait for its end.
  private func watch(_ number: UInt64, _ spool: Spool) async {
    var clock = AttentiveClock()
    var rate = MinimumRate(over: patience)
    while true {
      do {
        guard try await clock.sleep(for: patience / 8) else { continue }
      } catch {
        return
      }
      let isHoldingUp = spool.isStarving && state.withLock { $0.turns.someoneWaits }
      if rate.isTooSlow(clock.elapsed, bytes: spool.arrived, hasBegun: isHoldingUp) {
        return spool.finish(
          .failure(
            ConnectionFault(
              PouchError(
                .limitExceeded,
                "an object brings less than 1 KiB a second while others wait for its end",
                hint: "send it when it is complete"))))
      }
    }
  }

  /// Whether so much waits in memory that what comes goes to the file at once.
  private var isMemoryShort: Bool {
    state.withLock { $0.turns.kept } - spill.size > StandardOutputStore.inMemory
  }

  /// Waits until some bytes of an object may be kept.
  ///
  /// - Throws: A refusal that says to try again where waiting would not help.
  private func waitForRoom(_ bytes: Int, _ number: UInt64) async throws {
    while true {
      let (changes, signal) = AsyncStream.makeStream(of: Void.self)
      let room = state.withLock { state in
        let room = state.turns.keep(bytes, of: number)
        if room == .later { state.roomless.append(signal) }
        return room
      }
      switch room {
      case .granted: return
      case .never:
        throw Refusal(
          code: "refused", isRetryable: true,
          text:
            "the receiver writes one object after the other, and keeps no more of those that wait")
      case .later:
        for await _ in changes {}
        try Task.checkCancellation()
      }
    }
  }

  // MARK: Leaving

  /// The next bytes of an object that is written as it comes.
  private func next(_ number: UInt64, _ spool: Spool) async throws -> Bytes? {
    guard let (bytes, kept) = try await spool.next() else { return nil }
    change { $0.turns.release(kept, of: number) }
    return bytes
  }

  /// All of an object that has arrived.
  private func collect(_ number: UInt64, _ spool: Spool) async throws -> Bytes {
    var payload = ByteBuffer()
    while let (bytes, _) = try await spool.next() {
      payload.reserve(bytes.count)
      payload.append(bytes)
    }
    return payload.freeze()
  }

  private func write(
    _ delivery: StreamedDelivery, _ payload: Bytes, _ writer: LineWriter
  ) async throws -> StoredObject {
    try checkFailure()
    let written = Written()
    do {
      let losses = try await blocking {
        try writer.write(delivery, payload) { piece in
          try SystemOutput.write(piece, to: STDOUT_FILENO)
          written.count.add(UInt64(piece.count), ordering: .relaxed)
        }
      }
      return StoredObject(size: UInt64(payload.count), losses: losses)
    } catch {
      let count = written.count.load(ordering: .relaxed)
      switch error {
      case let failure as SystemOutput.Failure:
        throw TornObject.error(count + UInt64(failure.written), fail(failure))
      case let error as PouchError:
        throw TornObject.error(count, InvalidObject(cause: error))
      default: throw TornObject.error(count, error)
      }
    }
  }

  /// How much of a line stands in the output, in bytes.
  private final class Written: Sendable {
    let count = Atomic<UInt64>(0)
  }

  /// Writes an object as it comes, without its attachments: who reads the pipe could not tell them
  /// from the object.
  ///
  /// - Parameter next: Its next bytes; nil at its end, and behind an object that came whole.
  private func pass(
    _ delivery: StreamedDelivery, _ next: () async throws -> Bytes?
  ) async throws -> StoredObject {
    var parts = BodyParts(delivery)
    var size: UInt64 = 0
    do {
      while let chunk = try await next() {
        let own = parts.cut(chunk).filter { $0.part == 0 }.map(\.bytes)
        try await write(own)
        size += own.reduce(0) { $0 + UInt64($1.count) }
        if delivery.body.whole != nil { break }
      }
    } catch let torn as TornObject {
      throw TornObject(written: size + torn.written, cause: torn.cause)
    } catch {
      throw TornObject.error(size, error)
    }
    return StoredObject(size: size, losses: delivery.attachmentsLeftOut)
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
      for grant in state.grants.values { grant.finish() }
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

  private func begin(_ delivery: StreamedDelivery, isWhole: Bool) -> UInt64 {
    change { state in
      state.turns.begin(
        ObjectIdentifier(delivery.connection), from: PeerOrigin(delivery.peer),
        streams: writer == nil, isWhole: isWhole)
    }
  }

  private func isHolder(_ number: UInt64) -> Bool {
    state.withLock { $0.turns.holder == number }
  }

  private func end(_ number: UInt64) { change { $0.turns.end(number) } }

  /// Changes the turns, and tells those who wait for that.
  @discardableResult
  private func change<R>(_ body: (inout State) -> R) -> R {
    let (result, grant, roomless) = state.withLock { state in
      let result = body(&state)
      let next = state.turns.grant()
      defer { state.roomless = [] }
      return (result, next.flatMap { state.grants[$0] }, state.roomless)
    }
    grant?.finish()
    for signal in roomless { signal.finish() }
    return result
  }

  /// Waits until it is an object's turn.
  ///
  /// - Parameter spool: What comes of an object that is not whole: that it fails ends the waiting.
  /// - Throws: `StorageFailure`; why the object fails.
  private func waitForTurn(_ number: UInt64, or spool: Spool? = nil) async throws {
    let (turns, grant) = AsyncStream.makeStream(of: Void.self)
    spool?.onFailure { grant.finish() }
    let hasTurn = state.withLock { state in
      state.grants[number] = grant
      return state.turns.holder == number
    }
    if !hasTurn { for await _ in turns {} }
    state.withLock { _ = $0.grants.removeValue(forKey: number) }
    try checkFailure()
    try spool?.check()
    guard isHolder(number) else { throw CancellationError() }
  }
}
