public import Pouch
public import PouchTLS

/// Everything that a sender is told, complete and checked.
public struct SenderConfiguration: Sendable, Hashable {
  public var endpoints: EndpointSettings
  /// Whether plain `tcp` may leave this machine.
  public var insecure: Bool
  public var framing: Framing
  /// For `tls://` endpoints; nil without one.
  public var tls: TLSSettings?
  /// In the order in which a body passes them on its way out.
  public var pipeline: [StageSettings]
  public var limits: Limits
  public var timeouts: Timeouts
  public var delivery: DeliverySettings
  public var input: InputSettings
  public var log: LogSettings
}
