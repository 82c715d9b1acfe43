public import PouchCore

/// Streams over TCP, IPv4 and IPv6.
///
/// It takes every endpoint that has a host and a port, whatever its scheme, so that a transport
/// which adds something to TCP can hand on its own endpoints.
public struct TCPTransport: Transport {
  /// How many connections wait to be accepted before the kernel turns others away.
  static let backlog: Int32 = 511

  /// How long `connect` may take in all: looking up the name, and trying each address.
  public var connectTimeout: Duration

  /// Whether every address that a host has must be a loopback address (127.0.0.0/8, ::1), to be
  /// connected to or listened at: what is sent then stays on this machine.
  ///
  /// The addresses are those that are used, not those of an earlier look-up.
  public var isKeptToLoopback = false

  let reactor: Reactor?

  public init(connectTimeout: Duration = .seconds(10)) {
    self.init(connectTimeout: connectTimeout, reactor: nil)
  }

  /// - Parameter reactor: Whose loops the streams are shared out to; the shared one if it is nil.
  package init(connectTimeout: Duration = .seconds(10), reactor: Reactor?) {
    self.connectTimeout = connectTimeout
    self.reactor = reactor
  }

  static func target(of endpoint: Endpoint) throws(PouchError) -> (host: String, port: UInt16) {
    guard case .network(let host, let port) = endpoint.address else {
      throw PouchError(
        .usage, "\(endpoint) has no host and port", hint: "write tcp://host:port",
        endpoint: endpoint)
    }
    return (host, port)
  }

  /// - Throws: `.configuration` for an address that is not loopback, where one must be.
  func admit(_ addresses: [SocketAddress], of endpoint: Endpoint) throws(PouchError) {
    guard isKeptToLoopback, let other = addresses.first(where: { !$0.isLoopback }) else { return }
    let host = endpoint.host ?? ""
    let address = other.host ?? "\(other)"
    let finding = host == address ? "" : " ('\(host)' is \(address))"
    throw PouchError(
      .configuration,
      "plain \(endpoint.scheme) leaves this machine\(finding): "
        + "anyone on the way can read and change it",
      hint: "use tls://, or --insecure ('insecure: true' in a file) if that is meant",
      endpoint: endpoint)
  }
}
