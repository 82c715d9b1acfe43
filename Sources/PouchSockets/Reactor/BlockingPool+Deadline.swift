package import PouchCore
internal import Synchronization

extension BlockingPool {
  /// Runs `body` on one of the threads, and stops waiting for it when the deadline has passed or
  /// the task is cancelled; it then goes on by itself and its result is given to `discard`.
  ///
  /// For calls that block for long and cannot be interrupted, such as `getaddrinfo`.
  ///
  /// - Parameters:
  ///   - operation: What this is called in errors.
  ///   - loop: Whose timer keeps the deadline.
  /// - Throws: `.timedOut`, `.cancelled`, and what `run` throws.
  package func run<T: Sendable>(
    _ operation: StaticString, until deadline: EventLoop.Instant, on loop: EventLoop,
    discard: @escaping @Sendable (T) -> Void = { _ in },
    _ body: @escaping @Sendable () throws(PouchError) -> T
  ) async throws(PouchError) -> T {
    let call = AbandonableCall<T>()
    try submit {
      let result = Result(catching: body)
      if !call.complete(result), case .success(let value) = result { discard(value) }
    }
    let timer = loop.schedule(at: deadline) { call.giveUp(.timedOut) }
    defer { timer.cancel() }
    return try await call.result(operation)
  }
}

/// A call on another thread, and the task that waits for it unless it has given up.
private final class AbandonableCall<T: Sendable>: Sendable {
  private struct State {
    var slot = WaitSlot()
    var result: Result<T, PouchError>?
    /// Why nobody waits any more.
    var givenUp: WaitSlot.Outcome?
  }

  private let state = Mutex(State())

  /// - Returns: Whether somebody will take the result.
  func complete(_ result: Result<T, PouchError>) -> Bool {
    let (isWanted, waiting) = state.withLock { state in
      guard state.givenUp == nil else { return (false, nil as WaitSlot.Continuation?) }
      state.result = result
      return (true, state.slot.take())
    }
    waiting?.resume()
    return isWanted
  }

  /// Does nothing once there is a result.
  func giveUp(_ reason: WaitSlot.Outcome) {
    let waiting = state.withLock { state -> WaitSlot.Continuation? in
      guard state.result == nil, state.givenUp == nil else { return nil }
      state.givenUp = reason
      return state.slot.take(reason)
    }
    waiting?.resume()
  }

  func result(_ operation: StaticString) async throws(PouchError) -> T {
    var early: WaitSlot.Outcome?
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        early = state.withLock { state -> WaitSlot.Outcome? in
          if let reason = state.givenUp { return reason }
          if state.result != nil { return .ready }
          return state.slot.park(continuation)
        }
        if early != nil { continuation.resume() }
      }
    } onCancel: {
      giveUp(.cancelled)
    }
    let (outcome, result) = state.withLock { ($0.slot.outcome, $0.result) }
    try (early ?? outcome).check(operation)
    guard let result else { preconditionFailure("a call is over without a result") }
    return try result.get()
  }
}
