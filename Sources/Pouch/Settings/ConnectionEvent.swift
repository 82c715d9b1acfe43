public import PouchCore

/// Something that happened to a sender's or receiver's connections.
public enum ConnectionEvent: Sendable {
  /// This endpoint is bound; port 0 has become a real port.
  case listening(Endpoint)
  /// A stream to this endpoint, which was dialled, is open: the TLS handshake is next, or the hello.
  case opened(Endpoint)
  /// The TLS handshake with this endpoint, which was dialled, is complete: the hello is next.
  case secured(Endpoint, PeerIdentity)
  /// What is sent or received at this endpoint lacks something that the user should know of; the
  /// text says what. It comes once for each endpoint with the framing `length10`, before a peer.
  case warning(Endpoint, String)
  /// The handshake is complete.
  case connected(ConnectionInfo)
  /// A peer came that could not be accepted, or a peer could not be reached.
  case refused(Endpoint, PouchError)
  /// A receiver refused the object with this number. Its sender is told too, except with the
  /// framing `length10`.
  case objectRefused(ConnectionInfo, UInt64, Refusal)
  /// A connection has ended; with an error unless both sides had closed it.
  case disconnected(ConnectionInfo, PouchError?)
}
