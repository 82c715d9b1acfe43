internal import Pouch
internal import PouchCore
internal import PouchSockets
internal import Synchronization

/// Connects step by step, and names the first step that fails.
struct ConnectionCheck: Sendable {
  /// What must succeed, in this order.
  enum Step: String, Sendable {
    case name, connect
    case tls = "TLS"
    case hello, pipeline
  }

  private let endpoint: Endpoint
  private let console: Console
  private let progress = CheckProgress()

  init(_ endpoint: Endpoint, _ console: Console) {
    self.endpoint = endpoint
    self.console = console
  }

  /// - Parameter connect: Connects, reporting to the function that it is given.
  /// - Throws: The first failure, with its step.
  func run(
    _ connect: (@escaping @Sendable (ConnectionEvent) -> Void) async throws(PouchError) -> Void
  ) async throws(PouchError) {
    console.log(.info, "\(endpoint):")
    do throws(PouchError) {
      try await resolve()
      try await connect { note($0) }
    } catch {
      // Once everything is agreed, how the peer ends the connection is its own affair.
      guard let step = progress.step(failingWith: error) else { return }
      throw PouchError(
        error.code, "step '\(step.rawValue)' failed: \(error.message)", hint: error.hint,
        cause: error.cause, endpoint: error.endpoint ?? endpoint, peer: error.peer,
        stage: error.stage)
    }
  }

  private func resolve() async throws(PouchError) {
    guard let host = endpoint.host else { return progress.enter(.connect) }
    let addresses: [HostAddress]
    do {
      addresses = try await blocking { try HostAddress.all(of: host) }
    } catch {
      throw error as? PouchError ?? PouchError(.internal, "\(error)")
    }
    pass(
      .name, "\(host) is \(addresses.map(\.text).joined(separator: ", "))", next: .connect)
  }

  private func note(_ event: ConnectionEvent) {
    switch event {
    case .opened:
      pass(.connect, nil, next: endpoint.scheme == .tls ? .tls : .hello)
    case .secured(_, let peer):
      let security = peer.security.map { "\($0.version) \($0.cipher) \($0.group)" }
      pass(.tls, "\(security ?? ""), peer \(peer)", next: .hello)
    case .connected(let connection) where connection.framing == .length10:
      progress.enter(nil)
    case .connected(let connection):
      pass(.hello, "\(connection.software), acknowledgement \(connection.acknowledge)", next: nil)
      pass(.pipeline, connection.pipelineText, next: nil)
    case .listening, .bound, .paused, .resumed, .warning, .refused, .objectRefused, .disconnected:
      break
    }
  }

  private func pass(_ step: Step, _ details: String?, next: Step?) {
    progress.enter(next)
    console.log(.info, "  \(step.rawValue): \(details ?? "ok")")
  }
}

/// Which step comes next.
private final class CheckProgress: Sendable {
  private let state = Mutex<ConnectionCheck.Step?>(.name)

  func enter(_ step: ConnectionCheck.Step?) { state.withLock { $0 = step } }

  /// The step that an error belongs to; nil when all are done.
  func step(failingWith error: PouchError) -> ConnectionCheck.Step? {
    guard let step = state.withLock({ $0 }) else { return nil }
    let isAboutPipeline = error.stage != nil || error.cause?.hasSuffix("(pipeline)") == true
    return step == .hello && isAboutPipeline ? .pipeline : step
  }
}

/// Lets an event reach the receiver that it is about.
final class ReceiverLink: Sendable {
  private let state = Mutex<Receiver?>(nil)

  var receiver: Receiver? {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }
}
