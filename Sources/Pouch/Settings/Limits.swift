/// What a peer may cost: sizes and counts, each with its default.
public struct Limits: Sendable, Hashable {
  /// The largest frame body accepted, in bytes, from 8 KiB to 16 MiB.
  public var frame = 16 << 20
  /// The largest object accepted, in bytes, when it is handed over whole, and the most that objects
  /// hold together which are not complete; a stream has no limit but `stream`.
  public var object = 256 << 20
  /// The largest object accepted as a stream, in bytes; nil for no limit.
  public var stream: UInt64?
  /// The most connections at once.
  public var connections = 1024
  /// The most accepted connections at each step of the handshake, from their first bytes on: those
  /// that have begun it, whose TLS hello was answered, whose TLS handshake is complete. One more, and
  /// the one that has been longest at that step is closed.
  public var unauthenticated = 128
  /// The most accepted connections that have said nothing yet; at most a quarter of the descriptors
  /// that the process may have. One more, and the one that has been silent longest is closed.
  public var silent = 1024

  public init() {}

  /// The largest object that is taken, in bytes, as streams or whole: one number, which is announced
  /// and kept to; nil for no limit.
  func largestObject(streams: Bool) -> UInt64? {
    // The wire has 0 for no limit.
    streams ? stream.map { max(1, $0) } : UInt64(max(1, object))
  }
}

/// How long things may take, each with its default.
public struct Timeouts: Sendable, Hashable {
  /// To open the connection, names and every address included.
  public var connect = Duration.seconds(10)
  /// For the first bytes of a peer that has connected; then the next two begin.
  public var opening = Duration.seconds(3)
  /// To complete the TLS handshake.
  public var tlsHandshake = Duration.seconds(5)
  /// To complete the hello.
  public var hello = Duration.seconds(5)
  /// A frame that has begun must go on: at least 1 KiB/s over this time. With the framing `length10`
  /// this holds for objects, and for a receiver that is to take one.
  public var body = Duration.seconds(30)
  /// Silence after which a PING is sent; three times that, and the peer counts as lost.
  public var heartbeat = Duration.seconds(15)
  /// To end a connection once there is nothing more to say, and the peer's part of it.
  public var close = Duration.seconds(5)
  /// To finish what is in flight when asked to stop; and, where a sender has sent its last object,
  /// from one answer of the receiver to the next.
  public var drain = Duration.seconds(30)

  public init() {}
}
