internal import CBOR
public import PouchCore

/// What is known of a connection: who is at the other end, and what was agreed.
///
/// A class, so that each delivery points at it without copying.
public final class ConnectionInfo: Sendable, CustomStringConvertible {
  /// The endpoint that was dialled, or that accepted the connection.
  public let endpoint: Endpoint
  /// Who is at the other end, as far as the transport can prove it.
  public let peer: PeerIdentity
  /// How objects are told apart on the stream.
  public let framing: Framing
  /// What the peer calls its software; with the framing `length10` it does not say.
  public let software: String
  /// The stages of the pipeline, in the sender's order.
  public let pipeline: [StageName]
  public let acknowledge: AcknowledgementLevel
  /// The peer's window: what may be in flight.
  public let window: Window
  /// The largest frame body that the peer accepts, in bytes; with the framing `length10`, the
  /// largest object.
  public let peerFrame: Int
  /// Whether pickles that come over it may hold NumPy arrays.
  let allowsNumPy: Bool
  /// Kept, because a decoder that is used again has its memory and its tables at hand.
  let decoder = CBORDecoder()

  init(endpoint: Endpoint, peer: PeerIdentity, agreement: Agreement, allowsNumPy: Bool) {
    framing = .pouch
    self.allowsNumPy = allowsNumPy
    self.endpoint = endpoint
    self.peer = peer
    software = agreement.peerSoftware
    pipeline = agreement.stages.map(\.name)
    acknowledge = agreement.acknowledge
    window = agreement.window
    peerFrame = agreement.peerFrame
  }

  /// A connection without a handshake: nothing was agreed.
  init(length10 endpoint: Endpoint, peer: PeerIdentity, allowsNumPy: Bool) {
    framing = .length10
    self.allowsNumPy = allowsNumPy
    self.endpoint = endpoint
    self.peer = peer
    software = "unknown software"
    pipeline = []
    acknowledge = .none
    window = .standard
    peerFrame = Int(clamping: Length10.longestPayload)
  }

  /// The pipeline as people write it: `deflate, crc32c`, or `none`.
  public var pipelineText: String {
    pipeline.isEmpty ? "none" : pipeline.map(\.rawValue).joined(separator: ", ")
  }

  public var description: String {
    var text = "\(endpoint), peer \(peer)"
    if let security = peer.security {
      text += ", \(security.version) \(security.cipher) \(security.group)"
    }
    if framing == .length10 { return text + ", framing length10, not acknowledged" }
    return text + ", pipeline \(pipelineText), acknowledgement \(acknowledge)"
  }
}
