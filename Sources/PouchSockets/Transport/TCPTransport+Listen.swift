internal import CPouchSystem
internal import Glibc
public import PouchCore

extension TCPTransport {
  /// The host that stands for every address of this machine, to listen at.
  static let everyAddress = "*"

  /// How often another port is tried when the one that the system chose for the first address of a
  /// host is taken at the next one.
  private static let mostPorts = 16

  /// Listens at every address of the host, or at none.
  ///
  /// The host `*` is every address of this machine, IPv6 and IPv4; so is `[::]`, and `0.0.0.0` is
  /// IPv4 alone. With port 0 all addresses get the same port. An IPv6 address of a name is passed
  /// over on a machine without IPv6, as long as the name has another one: the hosts files of many
  /// machines name `::1` all the same.
  ///
  /// - Returns: A listener whose endpoint has the host as it was given (for `*`, the address that
  ///   stands for all), and the real port.
  /// - Throws: `.configuration` with a hint when an address cannot be bound, with what became of
  ///   each as its cause; `.exhausted` when no descriptor is left; `.usage` for an endpoint without
  ///   a host.
  public func listen(on endpoint: Endpoint) async throws(PouchError) -> SocketListener {
    let (host, port) = try TCPTransport.target(of: endpoint)
    let reactor = try Reactor.given(reactor)
    let loop = reactor.next()
    if host == TCPTransport.everyAddress {
      // One socket at [::] takes both families; a machine without IPv6 has no such socket.
      let everything = TCPTransport.lacksIPv6 ? "0.0.0.0" : "::"
      return try listen(
        on: Endpoint(scheme: endpoint.scheme, address: .network(host: everything, port: port)),
        at: Resolver.addressesNow(everything, port, orThrow: .configuration), reactor, loop)
    }
    let addresses: [SocketAddress]
    do throws(PouchError) {
      addresses = try await Resolver.addresses(
        host, port, until: .now + connectTimeout, on: loop, orThrow: .configuration)
    } catch {
      throw error.at(endpoint: endpoint)
    }
    return try listen(on: endpoint, at: addresses, reactor, loop)
  }

  /// Listens at all of `addresses`, which are those of the endpoint's host.
  func listen(
    on endpoint: Endpoint, at addresses: [SocketAddress], _ reactor: Reactor, _ loop: EventLoop
  ) throws(PouchError) -> SocketListener {
    try admit(addresses, of: endpoint)
    var sockets = try TCPTransport.bind(addresses, for: endpoint, on: loop)
    let bound: [SocketAddress]
    do throws(PouchError) {
      bound = try sockets.map { (socket) throws(PouchError) in try socket.localAddress() }
    } catch {
      for socket in sockets { socket.close() }
      throw error
    }
    guard let local = bound.first else {
      throw PouchError(
        .configuration, "no address is known for '\(endpoint.host ?? "")'", endpoint: endpoint)
    }
    let isNamed = bound.count > 1 || local.host != endpoint.host
    return SocketListener(
      sockets.removeFirst(), sockets,
      at: Endpoint(
        scheme: endpoint.scheme,
        address: .network(host: endpoint.host ?? "", port: local.port)),
      addresses: isNamed ? bound.map(\.description) : [], reactor: reactor,
      admit: { descriptor, peer in
        _ = pouch_socket_no_delay(descriptor)
        _ = pouch_socket_tune_local(descriptor)
        return PeerIdentity(address: peer.description)
      })
  }

  // MARK: Binding

  private typealias Failure = (address: SocketAddress, number: Int32)

  /// Binds every address, or none.
  private static func bind(
    _ addresses: [SocketAddress], for endpoint: Endpoint, on loop: EventLoop
  ) throws(PouchError) -> [Socket] {
    let wanted = endpoint.port ?? 0
    for _ in 0..<mostPorts {
      var descriptors: [Int32] = []
      var failures: [Failure] = []
      var missing: [Failure] = []
      var port = wanted
      for var address in addresses {
        address.port = port
        let result = bind(address)
        if result >= 0 {
          descriptors.append(result)
          // What the system has chosen for the first address is the others' port too.
          if port == 0 { port = localPort(result) }
        } else if isMissing(-result, address) {
          missing.append((address, -result))
        } else {
          failures.append((address, -result))
        }
      }
      if descriptors.isEmpty { failures += missing }
      if failures.isEmpty { return try adopt(descriptors, endpoint, on: loop) }
      for descriptor in descriptors { _ = pouch_close(descriptor) }
      let isTaken = failures.allSatisfy { $0.number == EADDRINUSE }
      guard wanted == 0, addresses.count > 1, isTaken else {
        throw bindError(failures, of: addresses.count, endpoint)
      }
    }
    throw PouchError(
      .configuration,
      "cannot listen at \(endpoint): each of \(mostPorts) free ports of one address was taken at "
        + "another", hint: "name a port", endpoint: endpoint)
  }

  private static func adopt(
    _ descriptors: [Int32], _ endpoint: Endpoint, on loop: EventLoop
  ) throws(PouchError) -> [Socket] {
    var sockets: [Socket] = []
    for (index, descriptor) in descriptors.enumerated() {
      do throws(PouchError) {
        sockets.append(try Socket(adopting: descriptor, loop: loop))
      } catch {
        for socket in sockets { socket.close() }
        for rest in descriptors[(index + 1)...] { _ = pouch_close(rest) }
        throw error.at(endpoint: endpoint)
      }
    }
    return sockets
  }

  /// - Returns: A descriptor that listens, or a negative errno value.
  private static func bind(_ address: SocketAddress) -> Int32 {
    address.withRaw { raw in
      let descriptor = pouch_socket(raw)
      guard descriptor >= 0 else { return descriptor }
      _ = pouch_socket_reuse_address(descriptor)
      _ = pouch_socket_dual_stack(descriptor, raw)
      var result = pouch_bind(descriptor, raw)
      if result >= 0 { result = pouch_listen(descriptor, backlog) }
      guard result >= 0 else {
        _ = pouch_close(descriptor)
        return result
      }
      return descriptor
    }
  }

  private static func localPort(_ descriptor: Int32) -> UInt16 {
    var address = SocketAddress()
    return address.withMutableRaw({ pouch_local_address(descriptor, $0) }) < 0 ? 0 : address.port
  }

  /// Whether an address cannot be bound because this machine has no IPv6 at all.
  private static func isMissing(_ number: Int32, _ address: SocketAddress) -> Bool {
    guard address.isIPv6 else { return false }
    return number == EAFNOSUPPORT || (number == EADDRNOTAVAIL && lacksIPv6)
  }

  /// Whether not even ::1 is an address of this machine.
  private static var lacksIPv6: Bool {
    guard let own = try? Resolver.addressesNow("::1", 0, orThrow: .configuration).first else {
      return true
    }
    let result = bind(own)
    if result >= 0 { _ = pouch_close(result) }
    return result == -EAFNOSUPPORT || result == -EADDRNOTAVAIL
  }

  /// - Parameter count: How many addresses the host has.
  private static func bindError(
    _ failures: [Failure], of count: Int, _ endpoint: Endpoint
  ) -> PouchError {
    guard let first = failures.first else {
      return PouchError(.configuration, "cannot listen at \(endpoint)", endpoint: endpoint)
    }
    let hint = bindHint(first.number)
    if count == 1 {
      return .system(
        .configuration, "cannot listen at \(first.address)", errno: first.number, hint: hint,
        endpoint: endpoint)
    }
    // Of what is the same for all of them, such as the last descriptor, one tells it.
    let error = PouchError.system(
      .configuration, "cannot listen at every address of \(endpoint)", errno: first.number,
      hint: hint, endpoint: endpoint)
    let reasons = failures.map { address, number in
      "\(address): \(systemErrorText(number))"
    }
    return PouchError(
      error.code, error.message, hint: error.hint, cause: reasons.joined(separator: "; "),
      endpoint: endpoint)
  }

  private static func bindHint(_ number: Int32) -> String? {
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
  }
}
