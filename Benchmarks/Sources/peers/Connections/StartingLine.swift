import Synchronization

/// Where tasks wait for each other, so that all begin at the same time.
final class StartingLine: Sendable {
  private struct State {
    var missing: Int
    var begin: UInt64 = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  /// - Parameter count: How many will come.
  init(_ count: Int) { state = Mutex(State(missing: count)) }

  /// Waits until all have come.
  ///
  /// - Returns: When the last one did: the same for all.
  func wait() async -> UInt64 {
    await withCheckedContinuation { continuation in
      let ready = state.withLock { state -> [CheckedContinuation<Void, Never>] in
        state.missing -= 1
        state.waiting.append(continuation)
        guard state.missing <= 0 else { return [] }
        state.begin = MonotonicClock.now()
        defer { state.waiting = [] }
        return state.waiting
      }
      for one in ready { one.resume() }
    }
    return state.withLock { $0.begin }
  }
}
