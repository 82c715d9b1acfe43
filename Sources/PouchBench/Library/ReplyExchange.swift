internal import Pouch
internal import PouchCore
internal import Synchronization

/// Where an asking end waits for its reply. One task waits at a time.
///
/// Whatever breaks at either end reaches the one that waits, who would wait for ever otherwise.
final class ReplyExchange: Sendable {
  private struct State {
    var replies = 0
    var failure: PouchError?
    var waiting: UnsafeContinuation<Void, Never>?
  }

  private let state = Mutex(State())
  private let meters: MeterTable
  private let connection: Int

  init(_ round: RoundPlan, _ connection: Int) {
    // Only the requests' arrival counts for the clock; replies are looked at just the same.
    var round = round
    round.counter = nil
    meters = MeterTable(round)
    self.connection = connection
  }

  /// Takes in a reply as it arrived.
  func take(_ object: UnsafeRawBufferPointer) {
    meters.add(object, connection: connection)
    wake { $0.replies += 1 }
  }

  /// Waits for the next reply.
  ///
  /// - Throws: What broke meanwhile.
  func reply() async throws(PouchError) {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let isThere = state.withLock { state -> Bool in
          if state.replies > 0 || state.failure != nil { return true }
          state.waiting = continuation
          return false
        }
        if isThere { continuation.resume() }
      }
    } onCancel: {
      fail(PouchError(.cancelled, "the round was cancelled"))
    }
    try state.withLock { state throws(PouchError) in
      if let failure = state.failure { throw failure }
      state.replies -= 1
    }
  }

  func note(_ event: ConnectionEvent) {
    switch event {
    case .refused(_, let error): fail(error)
    case .disconnected(_, let error?): fail(error)
    default: break
    }
  }

  /// Runs `body` and tells the waiting end what it throws.
  func failing(_ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch {
      fail(error as? PouchError ?? PouchError(.internal, "\(error)"))
      throw error
    }
  }

  func fail(_ error: PouchError) { wake { $0.failure = $0.failure ?? error } }

  private func wake(_ change: (inout State) -> Void) {
    let waiting = state.withLock { state in
      change(&state)
      return state.waiting.take()
    }
    waiting?.resume()
  }

  /// - Throws: `.badData` when the replies are not what was sent.
  func check(sent: UInt64, _ contender: String) throws(PouchError) {
    try meters.check(connection, sent: sent, "\(contender), replies")
  }
}
