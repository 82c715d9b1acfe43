public import PouchCore

/// Something that happened to a sender's or receiver's connections.
public enum ConnectionEvent: Sendable {
  /// This endpoint is bound; port 0 has become a real port.
  case listening(Endpoint)
  /// Behind `listening`: an address, such as `127.0.0.1:7447`, that is bound for this endpoint, whose
  /// host is a name. It comes once for each address of the name.
  case bound(Endpoint, address: String)
  /// Nobody is accepted at this endpoint, because descriptors or memory have run out; the error says
  /// of which. It comes once, and then `resumed`; connections that exist go on.
  case paused(Endpoint, PouchError)
  /// Behind `paused`: accepting has gone well for a second.
  case resumed(Endpoint)
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
  /// A receiver refused an object. Its sender is told too, except with the framing `length10`. An
  /// object of which the rest did not come is not refused.
  case objectRefused(ConnectionInfo, RefusedObject, Refusal)
  /// A connection has ended; with an error unless both sides had closed it.
  case disconnected(ConnectionInfo, PouchError?)
}

/// What is known of an object that a receiver refused.
public struct RefusedObject: Sendable {
  /// The object's number, counted from 1 in its sender's order.
  public let id: UInt64
  /// How its payload is serialized.
  public let format: ObjectFormat
  /// What the sender said about it.
  public let attributes: Attributes
}

extension RefusedObject {
  init(_ delivery: Delivery) {
    self.init(id: delivery.id, format: delivery.format, attributes: delivery.attributes)
  }

  init(_ delivery: StreamedDelivery) {
    self.init(id: delivery.id, format: delivery.format, attributes: delivery.attributes)
  }
}
