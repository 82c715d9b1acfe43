import PouchCore
import Synchronization

/// Whether a receiver or broadcaster runs, and whether it may.
final class ServingLife: Sendable {
  private struct State {
    var isRunning = false
    var isStopping = false
  }

  private let name: String
  private let state = Mutex(State())

  /// - Parameter name: What it is called in errors.
  init(_ name: String) { self.name = name }

  var isStopping: Bool { state.withLock { $0.isStopping } }

  /// Begins a run.
  ///
  /// - Throws: `.usage` while one goes on; `.closed` when it was stopped or cancelled.
  func begin() throws(PouchError) {
    let error = state.withLock { state -> PouchError? in
      if state.isStopping {
        return PouchError(
          .closed, "the \(name) was stopped",
          hint: "make a new one: a \(name) that was stopped does not run again")
      }
      if state.isRunning {
        return PouchError(
          .usage, "the \(name) is running already, and a second run would take from the first",
          hint: "make another \(name), or wait for the end of the first run")
      }
      state.isRunning = true
      return nil
    }
    if let error { throw error }
  }

  func end() { state.withLock { $0.isRunning = false } }

  func stop() { state.withLock { $0.isStopping = true } }
}
