/// The place where one task at a time waits for something that a lock guards.
///
/// A value of the state under a `Mutex`: `park` and `take` are called with the lock held, and what
/// `take` returns is resumed once the lock is free. The waiting side is always
///
///     var early: WaitSlot.Outcome?
///     await withTaskCancellationHandler {
///       await withUnsafeContinuation { continuation in
///         early = // lock: nothing to do but wait? then park(continuation)
///         if early != nil { continuation.resume() }
///       }
///     } onCancel: {
///       // lock: take(.cancelled); then resume()
///     }
///     return early ?? // lock: slot.outcome
///
/// and `park` closes the gap between the two: a task that was cancelled before it parked is seen
/// there, and one that is cancelled after it is found by `take`.
///
/// The continuation carries nothing: the waiting task fetches the outcome under the lock, which
/// orders what the two tasks do. And it is never resumed with the lock held: a task that is being
/// cancelled holds the runtime's lock on its status while its `onCancel` asks for this one.
package struct WaitSlot: Sendable {
  /// Why a wait is over.
  package enum Outcome: Sendable {
    /// Look again: what was waited for may be there.
    case ready
    /// The waiting task was cancelled.
    case cancelled
    /// The deadline of the wait passed.
    case timedOut
    /// Somebody else waits here already.
    case occupied
  }

  package typealias Continuation = UnsafeContinuation<Void, Never>

  private var waiting: Continuation?
  /// Why the last wait that `take` ended is over.
  package private(set) var outcome = Outcome.ready
  /// Counts the waits, so that a deadline ends the one that it belongs to and no later one.
  package private(set) var turn: UInt32 = 0

  package init() {}

  /// Whether a task waits here.
  package var isOccupied: Bool { waiting != nil }

  /// Keeps `continuation` until `take`, or says why it must be resumed at once.
  ///
  /// Called by the task that waits, inside `withUnsafeContinuation`.
  package mutating func park(_ continuation: Continuation) -> Outcome? {
    if waiting != nil { return .occupied }
    if Task.isCancelled { return .cancelled }
    waiting = continuation
    turn &+= 1
    return nil
  }

  /// Ends the wait of the task that waits here; the caller resumes it after it has let go of the
  /// lock.
  package mutating func take(_ outcome: Outcome = .ready) -> Continuation? {
    guard let waiting else { return nil }
    self.waiting = nil
    self.outcome = outcome
    return waiting
  }

  /// Ends the wait if it is still the one that had this turn.
  package mutating func take(_ outcome: Outcome, turn: UInt32) -> Continuation? {
    self.turn == turn ? take(outcome) : nil
  }
}

extension WaitSlot.Outcome {
  /// Throws unless the wait ended because there is something to look at.
  ///
  /// - Parameter operation: What waited, such as `read`.
  package func check(_ operation: StaticString) throws(PouchError) {
    switch self {
    case .ready: return
    case .cancelled: throw PouchError(.cancelled, "the \(operation) was cancelled")
    case .timedOut: throw PouchError(.timedOut, "the \(operation) took too long")
    case .occupied:
      throw PouchError(
        .usage, "two tasks \(operation) at the same time",
        hint: "let one task \(operation), and one at a time")
    }
  }
}
