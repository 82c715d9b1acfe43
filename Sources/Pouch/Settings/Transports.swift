public import PouchCore
internal import PouchSockets
internal import PouchTLS

/// Which transport carries each scheme of an endpoint.
public struct Transports: Sendable {
  private var added: [Endpoint.Scheme: any Transport] = [:]

  /// Whether plain `tcp` is refused at every address that is not loopback (127.0.0.0/8, ::1). What
  /// counts is what a host's name resolves to when it is connected to or listened at.
  public var keepsPlainTCPOnLoopback = false

  /// TCP, TLS over TCP, and Unix sockets.
  public init() {}

  /// Carries endpoints of `scheme` over `transport`, in the place of what did before.
  public mutating func register(_ scheme: Endpoint.Scheme, _ transport: any Transport) {
    added[scheme] = transport
  }

  /// The transport for `endpoint`.
  ///
  /// - Throws: `.configuration` for a scheme that nothing carries, or for TLS without settings.
  func transport(
    for endpoint: Endpoint, tls: TLSSettings?, connectTimeout timeout: Duration
  ) throws(PouchError) -> any Transport {
    if let transport = added[endpoint.scheme] { return transport }
    switch endpoint.scheme {
    case .tcp:
      var transport = TCPTransport(connectTimeout: timeout)
      transport.isKeptToLoopback = keepsPlainTCPOnLoopback
      return transport
    case .unix: return UnixTransport(connectTimeout: timeout)
    case .tls:
      guard let tls else {
        throw PouchError(
          .configuration, "a tls:// endpoint needs TLS settings",
          hint: "give the trust, certificate and key files", endpoint: endpoint)
      }
      return TLSTransport(over: TCPTransport(connectTimeout: timeout), settings: tls)
    default:
      let known = (["tcp", "tls", "unix"] + added.keys.map(\.rawValue)).sorted()
      throw PouchError(
        .configuration, "no transport carries '\(endpoint.scheme)'",
        hint: "available: \(known.joined(separator: ", "))", endpoint: endpoint)
    }
  }
}
