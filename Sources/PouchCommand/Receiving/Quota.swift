internal import PouchCore
internal import Synchronization

/// How many objects are still wanted. An object takes a place when it begins, and gives it back
/// when it comes to nothing.
final class Quota: Sendable {
  private struct State {
    var begun = 0
    var done = 0
  }

  /// All that are wanted; nil for no end.
  private let count: Int?
  private let state = Mutex(State())

  init(_ count: Int?) { self.count = count }

  /// Takes a place.
  ///
  /// - Throws: A refusal that says to try again, when all places are taken.
  func take() throws(Refusal) {
    let isFree = state.withLock { state in
      if let count, state.begun >= count { return false }
      state.begun += 1
      return true
    }
    guard isFree else {
      throw Refusal(
        code: "refused", isRetryable: true,
        text: "the receiver takes \(HumanText.count(UInt64(count ?? 0), "object")) and no more")
    }
  }

  /// Whether all that are wanted are done.
  var isComplete: Bool { state.withLock { $0.done == count } }

  /// Gives a place back.
  func giveBack() { state.withLock { $0.begun -= 1 } }

  /// Books an object as done.
  ///
  /// - Returns: Whether it was the last one.
  func finish() -> Bool {
    state.withLock { state in
      state.done += 1
      return state.done == count
    }
  }
}
