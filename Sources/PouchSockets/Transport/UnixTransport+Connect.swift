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
    UnixTransport.enlargeSendBuffer(descriptor)
    return SocketStream(
      try Socket(adopting: descriptor, loop: loop),
      peer: PeerIdentity(address: endpoint.description, credentials: credentials))
  }

  private func open(
    _ address: SocketAddress, _ endpoint: Endpoint, on loop: EventLoop
  ) async throws(PouchError) -> Int32 {
    let (descriptor, result) = try UnixTransport.attempt(address, endpoint)
    if result >= 0 { return descriptor }
    _ = pouch_close(descriptor)
    guard result == -EAGAIN else { throw UnixTransport.connectError(-result, endpoint) }
    // The backlog is full, and nothing tells when it no longer is: only a blocking call waits.
    let timeout = connectTimeout
    return try await BlockingPool.shared.run(
      "connect", until: .now + timeout, on: loop, discard: { _ = pouch_close($0) }
    ) { () throws(PouchError) -> Int32 in
      try UnixTransport.waitToConnect(address, endpoint, timeout)
    }
  }

  /// Blocks, for `timeout` at most.
  private static func waitToConnect(
    _ address: SocketAddress, _ endpoint: Endpoint, _ timeout: Duration
  ) throws(PouchError) -> Int32 {
    var (descriptor, result) = try attempt(address, endpoint, blocking: timeout)
    if result >= 0 { result = pouch_socket_unblock(descriptor) }
    if result >= 0 { return descriptor }
    _ = pouch_close(descriptor)
    guard result == -EAGAIN else { throw connectError(-result, endpoint) }
    throw PouchError(
      .timedOut, "\(endpoint) did not accept the connection in time", endpoint: endpoint)
  }

  /// - Returns: A socket, and what became of its connect.
  private static func attempt(
    _ address: SocketAddress, _ endpoint: Endpoint, blocking timeout: Duration? = nil
  ) throws(PouchError) -> (descriptor: Int32, result: Int32) {
    let descriptor = address.withRaw { pouch_socket($0) }
    guard descriptor >= 0 else {
      throw .system(.unreachable, "no socket", errno: -descriptor, endpoint: endpoint)
    }
    if let timeout {
      // 0 would be no limit at all.
      let microseconds = max(timeout / .microseconds(1), 1)
      let result = pouch_socket_block(descriptor, UInt64(microseconds))
      if result < 0 { return (descriptor, result) }
    }
    return (descriptor, address.withRaw { pouch_connect(descriptor, $0) })
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
