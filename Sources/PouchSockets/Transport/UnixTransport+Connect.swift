internal import CPouchSystem
internal import Glibc
public import PouchCore

extension UnixTransport {
  /// Connects, and checks who listens.
  ///
  /// - Throws: `.unreachable` when nobody listens there, `.timedOut` when the backlog stays full,
  ///   `.security` when the listener's user is not admitted, `.cancelled`, `.usage`.
  public func connect(to endpoint: Endpoint) async throws(PouchError) -> SocketStream {
    if Task.isCancelled { throw PouchError(.cancelled, "the connect was cancelled") }
    let address = try UnixTransport.address(of: endpoint)
    let loop = try Reactor.given(reactor).next()
    let descriptor = try await open(address, endpoint, on: loop)
    guard let credentials = UnixTransport.credentials(descriptor) else {
      _ = pouch_close(descriptor)
      throw PouchError(
        .internal, "the kernel does not say who listens", endpoint: endpoint)
    }
    guard admits(credentials, at: endpoint) else {
      _ = pouch_close(descriptor)
      throw PouchError(
        .security, "the listener at \(endpoint) belongs to user \(credentials.userID)",
        hint:
          "allow that user, or find out who has taken the name (process \(credentials.processID))",
        endpoint: endpoint)
    }
    return SocketStream(
      try Socket(adopting: descriptor, loop: loop),
      peer: PeerIdentity(address: endpoint.description, credentials: credentials))
  }

  private func open(
    _ address: SocketAddress, _ endpoint: Endpoint, on loop: EventLoop
  ) async throws(PouchError) -> Int32 {
    let descriptor = address.withRaw { pouch_socket($0) }
    guard descriptor >= 0 else {
      throw .system(.unreachable, "no socket", errno: -descriptor, endpoint: endpoint)
    }
    switch address.withRaw({ pouch_connect(descriptor, $0) }) {
    case 0...: return descriptor
    case -EAGAIN:
      // The backlog is full, and nothing tells when it no longer is: only a blocking call waits.
      return try await waitToConnect(descriptor, address, endpoint, on: loop)
    case let result:
      _ = pouch_close(descriptor)
      throw UnixTransport.connectError(-result, endpoint)
    }
  }

  private func waitToConnect(
    _ descriptor: Int32, _ address: SocketAddress, _ endpoint: Endpoint, on loop: EventLoop
  ) async throws(PouchError) -> Int32 {
    let (seconds, attoseconds) = connectTimeout.components
    let microseconds =
      UInt64(max(0, seconds)) * 1_000_000 + UInt64(max(0, attoseconds) / 1_000_000_000_000)
    return try await BlockingPool.shared.run(
      "connect", until: .now + connectTimeout, on: loop, discard: { _ = pouch_close($0) }
    ) { () throws(PouchError) -> Int32 in
      var result = pouch_socket_block(descriptor, max(microseconds, 1))
      if result >= 0 { result = address.withRaw { pouch_connect(descriptor, $0) } }
      if result >= 0 { result = pouch_socket_unblock(descriptor) }
      guard result >= 0 else {
        _ = pouch_close(descriptor)
        if result == -EAGAIN {
          throw PouchError(
            .timedOut, "\(endpoint) did not accept the connection in time", endpoint: endpoint)
        }
        throw UnixTransport.connectError(-result, endpoint)
      }
      return descriptor
    }
  }

  private static func connectError(_ number: Int32, _ endpoint: Endpoint) -> PouchError {
    let hint: String? =
      switch number {
      case ENOENT, ECONNREFUSED: "check that the other side is running and listens there"
      case EACCES, EPERM: "the socket belongs to another user, or a directory above it does"
      default: nil
      }
    return .system(
      .unreachable, "cannot connect to \(endpoint)", errno: number, hint: hint, endpoint: endpoint)
  }
}
