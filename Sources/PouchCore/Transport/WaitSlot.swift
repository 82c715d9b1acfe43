/// The place where one task at a time waits for something that a lock guards.
///
/// A value of the state under a `Mutex`: `park` and `take` are called with the lock held, and what
/// `take` returns is resumed once the lock is free. The waiting side is always
///
///     await withTaskCancellationHandler {
///       await withUnsafeContinuation { continuation in
///         // lock: nothing to do but wait? then park(continuation)
///       }
///     } onCancel: {
///       // lock: take(); then resume(returning: .cancelled)
///     }
///
/// and `park` closes the gap between the two: a task that was cancelled before it parked is seen
/// there, and one that is cancelled after it is found by `take`.
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

  package typealias Continuation = UnsafeContinuation<Outcome, Never>

  private var waiting: Continuation?
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

  /// Removes who waits; the caller resumes it after it has let go of the lock.
  package mutating func take() -> Continuation? {
    defer { waiting = nil }
    return waiting
  }

  /// Removes who waits, if it is still the wait that had this turn.
  package mutating func take(turn: UInt32) -> Continuation? {
    self.turn == turn ? take() : nil
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
