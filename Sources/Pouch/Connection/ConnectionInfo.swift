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
  /// What the peer calls its software.
  public let software: String
  /// The stages of the pipeline, in the sender's order.
  public let pipeline: [StageName]
  public let acknowledge: AcknowledgementLevel
  /// The peer's window: what may be in flight.
  public let window: Window
  /// The largest frame body that the peer accepts, in bytes.
  public let peerFrame: Int
  /// Kept, because a decoder that is used again has its memory and its tables at hand.
  let decoder = CBORDecoder()

  init(endpoint: Endpoint, peer: PeerIdentity, agreement: Agreement) {
    self.endpoint = endpoint
    self.peer = peer
    software = agreement.peerSoftware
    pipeline = agreement.stages.map(\.name)
    acknowledge = agreement.acknowledge
    window = agreement.window
    peerFrame = agreement.peerFrame
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
    return text + ", pipeline \(pipelineText), acknowledgement \(acknowledge)"
  }
}
