internal import CPouchSystem
internal import Glibc
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

  let reactor: Reactor?

  public init(connectTimeout: Duration = .seconds(10)) {
    self.init(connectTimeout: connectTimeout, reactor: nil)
  }

  /// - Parameter reactor: Whose loops the streams are shared out to; the shared one if it is nil.
  package init(connectTimeout: Duration = .seconds(10), reactor: Reactor?) {
    self.connectTimeout = connectTimeout
    self.reactor = reactor
  }

  /// Listens at the first of the host's addresses that can be bound.
  ///
  /// The host `[::]` accepts IPv4 connections as well.
  ///
  /// - Returns: A listener whose endpoint has the host as it was given, and the real port.
  /// - Throws: `.configuration` with a hint when no address can be bound; `.usage` for an endpoint
  ///   without a host.
  public func listen(on endpoint: Endpoint) async throws(PouchError) -> SocketListener {
    let (host, port) = try TCPTransport.target(of: endpoint)
    let reactor = try Reactor.given(reactor)
    let loop = reactor.next()
    let addresses = try await Resolver.addresses(
      host, port, until: .now + connectTimeout, on: loop, orThrow: .configuration)
    var failure: PouchError?
    for address in addresses {
      do throws(PouchError) {
        let socket = try TCPTransport.bind(address, for: endpoint, on: loop)
        let bound = try socket.localAddress()
        return SocketListener(
          socket,
          at: Endpoint(scheme: endpoint.scheme, address: .network(host: host, port: bound.port)),
          reactor: reactor,
          admit: { descriptor, peer in
            _ = pouch_socket_no_delay(descriptor)
            _ = pouch_socket_tune_local(descriptor)
            return PeerIdentity(address: peer.description)
          })
      } catch {
        failure = failure ?? error
      }
    }
    throw failure
      ?? PouchError(.configuration, "no address is known for '\(host)'", endpoint: endpoint)
  }

  static func target(of endpoint: Endpoint) throws(PouchError) -> (host: String, port: UInt16) {
    guard case .network(let host, let port) = endpoint.address else {
      throw PouchError(
        .usage, "\(endpoint) has no host and port", hint: "write tcp://host:port",
        endpoint: endpoint)
    }
    return (host, port)
  }

  private static func bind(
    _ address: SocketAddress, for endpoint: Endpoint, on loop: EventLoop
  ) throws(PouchError) -> Socket {
    let descriptor = address.withRaw { pouch_socket($0) }
    guard descriptor >= 0 else {
      throw bindError(-descriptor, address, endpoint)
    }
    let result = address.withRaw { raw in
      _ = pouch_socket_reuse_address(descriptor)
      _ = pouch_socket_dual_stack(descriptor, raw)
      let result = pouch_bind(descriptor, raw)
      return result < 0 ? result : pouch_listen(descriptor, backlog)
    }
    guard result >= 0 else {
      _ = pouch_close(descriptor)
      throw bindError(-result, address, endpoint)
    }
    return try Socket(adopting: descriptor, loop: loop)
  }

  private static func bindError(
    _ number: Int32, _ address: SocketAddress, _ endpoint: Endpoint
  ) -> PouchError {
    let hint: String? =
      switch number {
      case EADDRINUSE:
        "stop what listens there ('ss -ltnp' shows it), or choose another port; 0 takes a free one"
      case EACCES, EPERM:
        "choose a port from 1024 on, or give the program CAP_NET_BIND_SERVICE"
      case EADDRNOTAVAIL:
        "choose an address that 'ip address' shows, or 0.0.0.0 or [::] for all of them"
      case EAFNOSUPPORT: "this system has no IPv6: choose an IPv4 address"
      default: nil
      }
    return .system(
      .configuration, "cannot listen at \(address)", errno: number, hint: hint, endpoint: endpoint)
  }
}
