public import Pouch
public import PouchCore
public import PouchTLS

/// Everything that a receiver is told, complete and checked.
public struct ReceiverConfiguration: Sendable, Hashable {
  public var endpoints: EndpointSettings
  /// Whether plain `tcp` may leave this machine.
  public var insecure: Bool
  public var framing: Framing
  /// The formats of objects that are taken.
  public var formats: Set<ObjectFormat>
  /// Whether NumPy arrays are taken in pickles.
  public var allowsNumPy: Bool
  /// For `tls://` endpoints; nil without one.
  public var tls: TLSSettings?
  /// The pipelines that a sender may use.
  public var pipeline: PipelineDemand
  public var limits: Limits
  public var timeouts: Timeouts
  /// How much a sender may have in flight.
  public var window: Window
  public var output: OutputSettings
  public var log: LogSettings
}
