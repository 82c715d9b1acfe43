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
    /// What has come of them.
    var figures = Figures()
    /// How many objects failed alone; of the first, what it is called and why.
    var failures: (count: Int, label: String, error: PouchError)?
    /// What the failures would end with, each by itself.
    var statuses: Set<ExitStatus> = []
    /// The time to finish what was in flight after the order to stop is over.
    var isDrainOver = false
    /// Why the run as a whole came to its end.
    var fatal: PouchError?
  }

  /// What has come of objects, for the summary.
  struct Figures: Sendable, Equatable {
    /// Objects that the receiver has acknowledged, or where nothing is, that were handed over.
    var delivered: UInt64 = 0
    /// The bytes of these objects, attachments included.
    var bytes: UInt64 = 0
    /// Objects that came to nothing on this side.
    var failed: UInt64 = 0
  }

  private let state = Mutex(State())

  var figures: Figures { state.withLock { $0.figures } }

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

  /// Books an object that has arrived, as far as anybody says so.
  func deliver(_ size: UInt64) {
    state.withLock { state in
      state.figures.delivered += 1
      state.figures.bytes += size
    }
  }

  /// Books an object that failed while the others may not: the receiver refused it, or something
  /// is wrong here.
  func refuse(_ label: String, _ error: PouchError) {
    state.withLock { state in
      if error.code != .rejected { state.figures.failed += 1 }
      state.failures = state.failures ?? (0, label, error)
      state.failures?.count += 1
      state.statuses.insert(ExitStatus(error))
    }
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
      guard let first = state.failures else { return nil }
      if state.objects == 1 { return first.error }
      let code = state.statuses.count == 1 ? first.error.code : PouchError.Code.objectsFailed
      return PouchError(
        code, "\(first.count) of \(state.objects) objects failed",
        hint: first.error.hint, cause: SendBook.text(first.label, first.error))
    }
  }
}
