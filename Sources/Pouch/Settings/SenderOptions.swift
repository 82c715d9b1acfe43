public import PouchCore
public import PouchTLS

/// How a sender behaves.
public struct SenderOptions: Sendable {
  /// How objects are told apart on the stream; both ends must use the same. With `length10`,
  /// `pipeline` must be empty, and `acknowledge` and `window` mean nothing.
  public var framing = Framing.pouch
  /// The stages that every frame goes through, in this order.
  public var pipeline: [any Stage] = []
  /// When the receiver answers for an object.
  public var acknowledge = AcknowledgementLevel.processed
  /// What may be in flight, unless the receiver allows less.
  public var window = Window.standard
  /// Whether an end is an error when objects were not delivered, or were refused and no receipt has
  /// said so: `withSender`, `Sender.close()` and `Broadcaster.run` then throw `.objectsFailed`, which
  /// says how many and why. With false they return, and `summary` tells.
  public var failsIfIncomplete = true
  /// How TLS endpoints prove who they are; nil where none is used.
  public var tls: TLSSettings?
  public var limits = Limits()
  public var timeouts = Timeouts()
  /// The transports by scheme; add your own.
  public var transports = Transports()
  /// Called when something happens to a connection. Keep it short: it runs on a loop.
  public var onEvent: (@Sendable (ConnectionEvent) -> Void)?

  public init() {}
}
