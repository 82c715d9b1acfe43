/// What both ends have agreed on when the handshake is complete.
package struct Agreement: Sendable {
  /// This end's role.
  package var role: Role
  /// Whether this end connected.
  package var isInitiator: Bool
  /// The pipeline, in the sender's order.
  package var stages: [any Stage]
  /// The initiator's nonce, then the acceptor's.
  package var nonces: Bytes
  package var acknowledge: AcknowledgementLevel
  /// The largest body that the peer accepts, in bytes.
  package var peerFrame: Int
  /// The largest object that the peer accepts, in bytes; nil for no limit.
  package var peerObject: UInt64?
  /// What may be in flight: what the receiver announced, or less.
  package var window: Window
  /// What this end allows in flight whatever the receiver announces; nil for the same.
  package var ownWindow: Window?
  /// The peer's name for itself, stable while its process lives.
  package var peerID: [UInt8]
  package var peerSoftware: String
  /// The name of the sender's numbering of objects.
  package var session: [UInt8]

  /// The context for the codecs of one direction.
  package func context(outgoing: Bool) -> StageContext {
    StageContext(
      direction: isInitiator == outgoing ? .fromInitiator : .fromAcceptor, nonces: nonces)
  }
}
