package import PouchCore
internal import Synchronization

/// Runs `body`, and cancels it when `limit` has passed.
///
/// A body that completes all the same, because its result was there already, has completed:
/// nothing that it opened is lost.
///
/// - Parameters:
///   - limit: How long `body` may take.
///   - operation: What it is called in the error.
///   - loop: Whose timer keeps the deadline; one of the shared reactor's if it is nil.
/// - Throws: `.timedOut` in place of the `.cancelled` that the deadline brought about, and
///   otherwise what `body` throws.
package func withDeadline<R: Sendable>(
  _ limit: Duration, _ operation: StaticString, on loop: EventLoop? = nil,
  _ body: @escaping @Sendable () async throws(PouchError) -> R
) async throws(PouchError) -> R {
  let deadline = EventLoop.Instant.now + limit
  let loop = try EventLoop.given(loop)
  let (result, isLate) = await withTaskGroup(of: DeadlineEvent<R>.self) { group in
    group.addTask {
      do throws(PouchError) {
        return .completed(.success(try await body()))
      } catch {
        return .completed(.failure(error))
      }
    }
    group.addTask { await loop.sleep(until: deadline) ? .deadlinePassed : .interrupted }

    var result: Result<R, PouchError>?
    var isLate = false
    for await event in group {
      switch event {
      case .completed(let outcome): result = outcome
      case .deadlinePassed: isLate = true
      case .interrupted: break
      }
      // Whichever came first ends the other.
      group.cancelAll()
    }
    return (result, isLate)
  }
  guard let result else { preconditionFailure("a task group lost a child") }
  if isLate, case .failure(let error) = result, error.code == .cancelled {
    throw PouchError(.timedOut, "the \(operation) took longer than \(limit)")
  }
  return try result.get()
}

private enum DeadlineEvent<R: Sendable>: Sendable {
  case completed(Result<R, PouchError>)
  case deadlinePassed
  case interrupted
}

extension EventLoop {
  /// `loop`, or one of the shared reactor's.
  fileprivate static func given(_ loop: EventLoop?) throws(PouchError) -> EventLoop {
    if let loop { return loop }
    return try Reactor.shared().next()
  }

  /// Waits for a time, in a task, on any thread.
  ///
  /// - Returns: Whether it has come: false when the task was cancelled first.
  package func sleep(until deadline: Instant) async -> Bool {
    let sleeper = Sleeper()
    let timer = schedule(at: deadline) { sleeper.end(.timedOut) }
    defer { timer.cancel() }
    return await sleeper.wait() == .timedOut
  }
}

private final class Sleeper: Sendable {
  private struct State {
    var slot = WaitSlot()
    var outcome: WaitSlot.Outcome?
  }

  private let state = Mutex(State())

  func end(_ outcome: WaitSlot.Outcome) {
    let waiting = state.withLock { state in
      state.outcome = state.outcome ?? outcome
      return state.slot.take()
    }
    waiting?.resume(returning: outcome)
  }

  func wait() async -> WaitSlot.Outcome {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let outcome = state.withLock { $0.outcome ?? $0.slot.park(continuation) }
        if let outcome { continuation.resume(returning: outcome) }
      }
    } onCancel: {
      end(.cancelled)
    }
  }
}
