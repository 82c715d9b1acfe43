internal import PouchCore
internal import Synchronization

/// What has come of one object and was not written yet, in its order: in memory, or where that is too
/// much for it in the spill.
///
/// One task adds and one takes.
final class Spool: Sendable {
  private enum Part: Sendable {
    case memory(Bytes)
    case block(Int, count: Int)
  }

  private struct State: ~Copyable {
    var parts: [Part] = []
    /// How many of the parts were taken.
    var taken = 0
    /// What is gathered in memory behind the parts.
    var tail = ByteBuffer()
    var end: Result<Void, any Error>?
    var onFailure: (@Sendable () -> Void)?
    var reader = WaitSlot()
    /// What has come in all, in bytes.
    var arrived: UInt64 = 0
    /// Whether the reader has taken all that there is.
    var isStarving = false

    var hasFailed: Bool {
      if case .failure = end { true } else { false }
    }

    var isEmpty: Bool { taken == parts.count && tail.isEmpty }

    /// Takes what comes first; nil when nothing is there.
    mutating func takePart() -> Part? {
      if taken < parts.count {
        defer {
          taken += 1
          if taken == parts.count { (parts, taken) = ([], 0) }
        }
        return parts[taken]
      }
      return tail.isEmpty ? nil : .memory(tail.take(tail.count))
    }
  }

  private let spill: Spill
  private let state = Mutex(State())

  init(_ spill: Spill) { self.spill = spill }

  deinit {
    for case .block(let block, _) in state.withLock({ $0.parts.dropFirst($0.taken) }) {
      spill.release(block)
    }
  }

  var arrived: UInt64 { state.withLock { $0.arrived } }
  /// Whether the reader waits for the peer.
  var isStarving: Bool { state.withLock { $0.isStarving } }

  /// Adds the next bytes.
  ///
  /// - Parameters:
  ///   - toFile: Whether memory is short, so that they are not to stay there.
  ///   - charge: Told what a block takes beyond what it holds.
  func add(
    _ bytes: Bytes, toFile: Bool, charge: (Int) -> Void
  ) async throws {
    var rest = bytes
    while !rest.isEmpty {
      let full = state.withLock { state -> Bytes? in
        let room = Spill.block - state.tail.count
        let part = rest.prefix(room)
        state.tail.reserve(part.count)
        state.tail.append(part)
        rest = rest.dropFirst(part.count)
        state.arrived += UInt64(part.count)
        guard toFile else {
          if state.tail.count == Spill.block {
            state.parts.append(.memory(state.tail.take(state.tail.count)))
          }
          return nil
        }
        return state.tail.take(state.tail.count)
      }
      guard let full else { continue }
      let spill = spill
      let block = try await blocking { try spill.write(full) }
      charge(Spill.block - full.count)
      state.withLock { $0.parts.append(.block(block, count: full.count)) }
    }
    wake()
  }

  /// Adds the next bytes, which are taken soon.
  func pass(_ bytes: Bytes) {
    state.withLock { state in
      if !state.tail.isEmpty { state.parts.append(.memory(state.tail.take(state.tail.count))) }
      state.parts.append(.memory(bytes))
      state.arrived += UInt64(bytes.count)
    }
    wake()
  }

  /// Nothing more comes: the object is whole, or `outcome` says why it is not.
  func finish(_ outcome: Result<Void, any Error>) {
    let onFailure = state.withLock { state -> (@Sendable () -> Void)? in
      if state.end == nil { state.end = outcome }
      return state.hasFailed ? state.onFailure.take() : nil
    }
    onFailure?()
    wake()
  }

  /// Calls `body` once the object will not be whole.
  func onFailure(_ body: @escaping @Sendable () -> Void) {
    let hasFailed = state.withLock { state in
      if !state.hasFailed { state.onFailure = body }
      return state.hasFailed
    }
    if hasFailed { body() }
  }

  /// - Throws: Why the object will not be whole.
  func check() throws {
    if case .failure(let error) = state.withLock({ $0.end }) { throw error }
  }

  private func wake() {
    let reader = state.withLock { state in
      state.isStarving = false
      return state.reader.take()
    }
    reader?.resume()
  }

  /// Waits until the object is whole.
  ///
  /// - Throws: Why it will not be.
  func waitForEnd() async throws {
    while true {
      if let end = state.withLock({ $0.end }) { return try end.get() }
      try await wait { $0.end == nil }.check("read")
    }
  }

  /// The next bytes, with what they took; nil at the end.
  ///
  /// - Throws: Why the rest does not come, `StorageFailure`, `.cancelled`.
  func next() async throws -> (bytes: Bytes, kept: Int)? {
    while true {
      let (part, end) = state.withLock { state -> (Part?, Result<Void, any Error>?) in
        if let part = state.takePart() { return (part, nil) }
        state.isStarving = state.end == nil
        return (nil, state.end)
      }
      switch part {
      case .memory(let bytes)?: return (bytes, bytes.count)
      case .block(let block, let count)?:
        defer { spill.release(block) }
        let spill = spill
        return (try await blocking { try spill.read(block, count) }, Spill.block)
      case nil: break
      }
      if let end {
        try end.get()
        return nil
      }
      try await wait { $0.isEmpty && $0.end == nil }.check("read")
    }
  }

  private func wait(while isNeeded: (borrowing State) -> Bool) async -> WaitSlot.Outcome {
    var early: WaitSlot.Outcome?
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        early = state.withLock { state in
          isNeeded(state) ? state.reader.park(continuation) : .ready
        }
        if early != nil { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.reader.take(.cancelled) }?.resume()
    }
    return early ?? state.withLock { $0.reader.outcome }
  }
}
