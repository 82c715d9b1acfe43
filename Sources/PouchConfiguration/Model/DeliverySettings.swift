public import PouchCore

/// When an object counts as delivered, and how much is on its way at once.
public struct DeliverySettings: Sendable, Hashable {
  /// When the receiver answers for an object.
  public var acknowledge: AcknowledgementLevel
  /// How much may be sent and not yet acknowledged.
  public var window: Window
  /// For the acknowledgement of an object; nil to wait for as long as it takes.
  public var timeout: Duration?
  /// Whether each receiver that connects gets every object.
  public var isBroadcast: Bool
  /// How many receivers a broadcast serves before it ends; nil to go on.
  public var receivers: Int?
}
