/// The most that a peer may make this end hold.
public struct LimitSettings: Sendable, Hashable {
  /// Bytes of a frame's body.
  public var frame: Int
  /// Bytes of an object that is handed over whole.
  public var object: Int
  /// Bytes of an object that is taken as a stream; nil for no limit.
  public var stream: Int?
  /// Connections at once.
  public var connections: Int
  /// Connections at once that have not completed their handshakes.
  public var unauthenticated: Int
}

/// How long this end waits.
public struct TimeoutSettings: Sendable, Hashable {
  /// For a connection to each address.
  public var connect: Duration
  public var tlsHandshake: Duration
  public var hello: Duration
  /// In which a frame that has begun must go on.
  public var body: Duration
  /// The silence after which this end asks whether the peer is alive.
  public var heartbeat: Duration
  /// For the peer's part of an orderly end.
  public var close: Duration
  /// For what is in flight when this end is asked to stop.
  public var drain: Duration
}
