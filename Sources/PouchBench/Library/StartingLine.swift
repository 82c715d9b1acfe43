internal import Synchronization

/// Where the senders of a round wait for each other, so that all begin at the same time.
final class StartingLine: Sendable {
  private struct State {
    var missing: Int
    var begin: UInt64?
    var waiting: [AsyncStream<Void>.Continuation] = []
  }

  private let state: Mutex<State>

  /// - Parameter count: How many will come.
  init(_ count: Int) { state = Mutex(State(missing: count)) }

  /// Waits until all have come.
  ///
  /// - Returns: When the last one did: the same for all.
  /// - Throws: `CancellationError` when one of them will not come.
  func wait() async throws -> UInt64 {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    let ready = state.withLock { state -> [AsyncStream<Void>.Continuation] in
      state.missing -= 1
      state.waiting.append(continuation)
      guard state.missing == 0 else { return [] }
      state.begin = MonotonicClock.now()
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in ready { continuation.finish() }
    for await _ in stream {}
    guard let begin = state.withLock({ $0.begin }) else { throw CancellationError() }
    return begin
  }
}
