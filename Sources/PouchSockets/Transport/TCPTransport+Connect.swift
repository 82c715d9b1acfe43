internal import CPouchSystem
internal import Glibc
public import PouchCore

extension TCPTransport {
  /// Connects to the first of the host's addresses that answers.
  ///
  /// Each address is tried in turn, for its share of the time that is left.
  ///
  /// - Throws: `.unreachable`, with what became of each address as its cause; `.timedOut` when
  ///   none of them answered in time; `.exhausted` when no descriptor is left; `.configuration`
  ///   for an address that is not to be used; `.cancelled`; `.usage` for an endpoint without a host.
  public func connect(to endpoint: Endpoint) async throws(PouchError) -> SocketStream {
    if Task.isCancelled { throw PouchError(.cancelled, "the connect was cancelled") }
    let (host, port) = try TCPTransport.target(of: endpoint)
    guard host != TCPTransport.everyAddress else {
      throw PouchError(
        .usage, "'*' stands for every address, to listen at: nobody can connect to it",
        hint: "name the host", endpoint: endpoint)
    }
    let loop = try Reactor.given(reactor).next()
    let deadline = EventLoop.Instant.now + connectTimeout
    let addresses: [SocketAddress]
    do throws(PouchError) {
      addresses = try await Resolver.addresses(
        host, port, until: deadline, on: loop, orThrow: .unreachable)
    } catch {
      throw error.at(endpoint: endpoint)
    }

    return try await connect(to: endpoint, at: addresses, until: deadline, on: loop)
  }

  /// Connects to the first of `addresses`, those of the endpoint's host, that answers.
  func connect(
    to endpoint: Endpoint, at addresses: [SocketAddress], until deadline: EventLoop.Instant,
    on loop: EventLoop
  ) async throws(PouchError) -> SocketStream {
    try admit(addresses, of: endpoint)
    var failures: [(address: SocketAddress, error: PouchError)] = []
    for (index, address) in addresses.enumerated() {
      let now = EventLoop.Instant.now
      let share = now + (deadline - now) / (addresses.count - index)
      do throws(PouchError) {
        return try await TCPTransport.open(address, until: share, on: loop)
      } catch {
        // Neither is any other address's to mend.
        if error.code == .cancelled || error.code == .exhausted {
          throw error.at(endpoint: endpoint)
        }
        failures.append((address, error))
      }
    }
    throw TCPTransport.summary(of: failures, endpoint, connectTimeout)
  }

  private static func open(
    _ address: SocketAddress, until deadline: EventLoop.Instant, on loop: EventLoop
  ) async throws(PouchError) -> SocketStream {
    let descriptor = address.withRaw { pouch_socket($0) }
    guard descriptor >= 0 else {
      throw .system(.unreachable, "no socket for \(address)", errno: -descriptor)
    }
    _ = pouch_socket_no_delay(descriptor)
    let result = address.withRaw { pouch_connect(descriptor, $0) }
    guard result >= 0 || result == -EINPROGRESS else {
      _ = pouch_close(descriptor)
      throw .system(.unreachable, "cannot connect to \(address)", errno: -result)
    }
    let socket = try Socket(adopting: descriptor, loop: loop, connecting: result < 0)
    do throws(PouchError) {
      if result < 0 {
        try await socket.waitToWrite(until: deadline).check("connect")
        let error = try socket.withDescriptor { pouch_socket_error($0) }
        guard error >= 0 else {
          throw .system(.unreachable, "cannot connect to \(address)", errno: -error)
        }
      }
      // The kernel may choose the very port that nobody listens at, and connect it to itself.
      guard try socket.localAddress() != address else {
        throw .system(.unreachable, "cannot connect to \(address)", errno: ECONNREFUSED)
      }
      _ = try socket.withDescriptor { pouch_socket_tune_local($0) }
    } catch {
      socket.close()
      throw error
    }
    return SocketStream(socket, peer: PeerIdentity(address: address.description))
  }

  private static func summary(
    of failures: [(address: SocketAddress, error: PouchError)], _ endpoint: Endpoint,
    _ timeout: Duration
  ) -> PouchError {
    let reasons = failures.map { address, error in
      "\(address): \(error.code == .timedOut ? "no answer" : error.cause ?? error.message)"
    }.joined(separator: "; ")
    guard failures.contains(where: { $0.error.code != .timedOut }) else {
      return PouchError(
        .timedOut, "\(endpoint) did not answer within \(timeout)",
        hint: "check the address, and that no firewall is in the way", cause: reasons,
        endpoint: endpoint)
    }
    return PouchError(
      .unreachable, "cannot connect to \(endpoint)",
      hint: "check that the other side is running and listens there", cause: reasons,
      endpoint: endpoint)
  }
}
