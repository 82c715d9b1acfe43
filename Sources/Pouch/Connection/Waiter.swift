import PouchCore
import Synchronization

/// One task that waits for one outcome, which may come first.
///
/// Whoever fires first decides: the event, the failure of the connection, or cancellation.
final class Waiter: Sendable {
  private enum State {
    case idle
    case waiting(UnsafeContinuation<Void, Never>)
    case fired(Result<Void, PouchError>)
  }

  private let state = Mutex(State.idle)

  /// Makes a waiter whose event has come wait for another.
  func reset() { state.withLock { $0 = .idle } }

  /// Waits for the outcome.
  ///
  /// - Throws: What `fire` was given, or `.cancelled`.
  func wait() async throws(PouchError) {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let hasFired = state.withLock { state in
          if case .fired = state { return true }
          state = .waiting(continuation)
          return false
        }
        if hasFired { continuation.resume() }
      }
    } onCancel: {
      fire(.failure(PouchError(.cancelled, "cancelled while waiting")))
    }
    // Fetched under the lock, which orders what the two tasks do; see `WaitSlot`.
    guard case .fired(let result) = state.withLock({ $0 }) else {
      preconditionFailure("a wait is over without an outcome")
    }
    try result.get()
  }

  /// Decides the outcome.
  ///
  /// - Returns: false when it was decided before.
  @discardableResult
  func fire(_ result: Result<Void, PouchError>) -> Bool {
    let (isFirst, continuation) = state.withLock {
      state -> (Bool, UnsafeContinuation<Void, Never>?) in
      switch state {
      case .fired: return (false, nil)
      case .idle:
        state = .fired(result)
        return (true, nil)
      case .waiting(let continuation):
        state = .fired(result)
        return (true, continuation)
      }
    }
    continuation?.resume()
    return isFirst
  }
}
