internal import Glibc
internal import Pouch
internal import PouchCore
internal import Synchronization

/// Writes objects to stdout, one after the other and none inside another.
final class StandardOutputStore: ObjectStore {
  enum Form: Sendable {
    /// Payloads as they are.
    case raw
    /// JSON objects, one a line.
    case lines
  }

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

  private let form: Form
  /// The largest object that is held in memory, in bytes.
  private let limit: Int
  private let state = Mutex(State())

  init(form: Form, limit: Int) {
    self.form = form
    self.limit = limit
  }

  func take(_ delivery: StreamedDelivery, _ meter: ProgressMeter) async throws -> StoredObject {
    if form == .lines, delivery.format != .json {
      throw Refusal(
        code: "format", text: "this receiver takes JSON; the object is \(delivery.format)")
    }
    let number = try await waitForTurn(delivery)
    defer { endTurn(number) }
    var size: UInt64 = 0
    var line = ByteBuffer()
    for try await chunk in delivery.body {
      meter.add(bytes: chunk.count)
      size += UInt64(chunk.count)
      switch form {
      case .raw: try await StandardOutputStore.write(chunk)
      case .lines:
        guard line.count + chunk.count <= limit else {
          throw Refusal(
            code: "too-large", text: "a line has at most \(HumanText.size(UInt64(limit)))")
        }
        line.append(chunk)
      }
    }
    if form == .lines { try await StandardOutputStore.write(JSONText.line(line.freeze())) }
    return StoredObject(size: size)
  }

  private static func write(_ bytes: Bytes) async throws {
    try await blocking {
      try bytes.withUnsafeBytes { buffer in
        try SystemOutput.write(buffer, to: STDOUT_FILENO, "stdout")
      }
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

/// JSON text as one line.
enum JSONText {
  /// Replaces the line breaks between tokens, the only place where JSON has them, and ends the
  /// line.
  static func line(_ text: Bytes) -> Bytes {
    var line = text.array
    for index in line.indices where line[index] == 0x0a || line[index] == 0x0d {
      line[index] = 0x20
    }
    line.append(0x0a)
    return Bytes(line)
  }
}
