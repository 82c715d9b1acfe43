public import PouchCore

/// Something that happened to a sender's or receiver's connections.
public enum ConnectionEvent: Sendable {
  /// This endpoint is bound; port 0 has become a real port.
  case listening(Endpoint)
  /// The handshake is complete.
  case connected(ConnectionInfo)
  /// A peer came that could not be accepted, or a peer could not be reached.
  case refused(Endpoint, PouchError)
  /// A connection has ended; with an error unless both sides had closed it.
  case disconnected(ConnectionInfo, PouchError?)
}
