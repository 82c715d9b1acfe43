/// What all connections of one party have in common, so that it has one share of what there is.
package enum PeerOrigin: Sendable, Hashable {
  /// The first name of a certificate.
  case name(String)
  /// The user at the other end of a Unix socket.
  case user(UInt32)
  case network(SourceNetwork)

  /// - Returns: nil where nothing tells one party from another, as in memory.
  package init?(_ peer: PeerIdentity) {
    if let name = peer.names.first {
      self = .name(name)
    } else if let credentials = peer.credentials {
      self = .user(credentials.userID)
    } else if let network = SourceNetwork(peer.address) {
      self = .network(network)
    } else {
      return nil
    }
  }
}
