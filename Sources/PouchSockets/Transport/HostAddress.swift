package import PouchCore

/// An address of a host, as far as people and checks need it.
package struct HostAddress: Sendable, Hashable {
  /// Such as `192.0.2.1` or `2001:db8::1`.
  package var text: String
  /// Whether nothing that is sent there leaves this machine.
  package var isLoopback: Bool

  package init(text: String, isLoopback: Bool) {
    self.text = text
    self.isLoopback = isLoopback
  }

  /// The addresses that a TCP transport would use for `host`. Blocks.
  ///
  /// - Throws: `.unreachable` with the resolver's reason.
  package static func all(of host: String) throws(PouchError) -> [HostAddress] {
    if host == TCPTransport.everyAddress { return [HostAddress(text: "::", isLoopback: false)] }
    return try Resolver.addressesNow(host, 0, orThrow: .unreachable).map {
      HostAddress(text: $0.host ?? "\($0)", isLoopback: $0.isLoopback)
    }
  }
}
