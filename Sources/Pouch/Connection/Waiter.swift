import PouchCore
import Synchronization

/// One task that waits for one outcome, which may come first.
///
/// Whoever fires first decides: the event, the failure of the connection, or cancellation.
final class Waiter: Sendable {
  private enum State {
    case idle
    case waiting(UnsafeContinuation<Result<Void, PouchError>, Never>)
    case fired(Result<Void, PouchError>)
  }

  private let state = Mutex(State.idle)

  /// Makes a waiter whose event has come wait for another.
  func reset() { state.withLock { $0 = .idle } }

  /// Waits for the outcome.
  ///
  /// - Throws: What `fire` was given, or `.cancelled`.
  func wait() async throws(PouchError) {
    let result = await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let early: Result<Void, PouchError>? = state.withLock { state in
          if case .fired(let result) = state { return result }
          state = .waiting(continuation)
          return nil
        }
        if let early { continuation.resume(returning: early) }
      }
    } onCancel: {
      fire(.failure(PouchError(.cancelled, "cancelled while waiting")))
    }
    try result.get()
  }

  /// Decides the outcome.
  ///
  /// - Returns: false when it was decided before.
  @discardableResult
  func fire(_ result: Result<Void, PouchError>) -> Bool {
    let (isFirst, continuation) = state.withLock {
      state -> (Bool, UnsafeContinuation<Result<Void, PouchError>, Never>?) in
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
    continuation?.resume(returning: result)
    return isFirst
  }
}
