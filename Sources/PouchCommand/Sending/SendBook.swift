internal import Pouch
internal import PouchCore
internal import Synchronization

/// What a sending command knows of its run so far.
final class SendBook: Sendable {
  private struct State {
    var sender: Sender?
    var task: Task<Void, Never>?
    var connections = 0
    /// Objects that were tried.
    var objects = 0
    /// Objects that failed alone, and why.
    var failures: [(label: String, error: PouchError)] = []
    /// The time to finish what was in flight after the order to stop is over.
    var isDrainOver = false
    /// Why the run as a whole came to its end.
    var fatal: PouchError?
  }

  private let state = Mutex(State())

  var sender: Sender? {
    get { state.withLock { $0.sender } }
    set { state.withLock { $0.sender = newValue } }
  }

  /// What is cancelled when nothing can be finished.
  var task: Task<Void, Never>? {
    get { state.withLock { $0.task } }
    set { state.withLock { $0.task = newValue } }
  }

  var isDrainOver: Bool { state.withLock { $0.isDrainOver } }

  func drainIsOver() { state.withLock { $0.isDrainOver = true } }

  var isConnected: Bool { state.withLock { $0.connections > 0 } }

  func note(_ event: ConnectionEvent) {
    state.withLock { state in
      switch event {
      case .connected: state.connections += 1
      case .disconnected: state.connections -= 1
      default: break
      }
    }
  }

  /// Books an object that is tried.
  func begin() { state.withLock { $0.objects += 1 } }

  /// Books an object that failed while the others may not.
  func refuse(_ label: String, _ error: PouchError) {
    state.withLock { $0.failures.append((label, error)) }
  }

  /// Books the end of the run. What came first is the cause of what comes later.
  func fail(_ error: PouchError) {
    state.withLock { $0.fatal = $0.fatal ?? error }
  }

  /// An object's failure, with its label in front where the message does not begin with it.
  static func text(_ label: String, _ error: PouchError) -> String {
    error.message.hasPrefix("'\(label)'") ? "\(error)" : "'\(label)': \(error)"
  }

  /// The one error of the run; nil when all went well.
  var error: PouchError? {
    state.withLock { state in
      if let fatal = state.fatal { return fatal }
      guard let first = state.failures.first else { return nil }
      if state.objects == 1 { return first.error }
      let codes = Set(state.failures.map { ExitStatus($0.error.code) })
      let code = codes.count == 1 ? first.error.code : PouchError.Code.objectsFailed
      return PouchError(
        code, "\(state.failures.count) of \(state.objects) objects failed",
        hint: first.error.hint, cause: SendBook.text(first.label, first.error))
    }
  }
}
