import PouchCore

/// The books of a sender: accepted = acknowledged + refused + undelivered + in flight.
public struct SenderSummary: Sendable, Hashable {
  /// Objects that `send` accepted.
  public var accepted: UInt64 = 0
  /// Objects that the receiver answered for.
  public var acknowledged: UInt64 = 0
  /// Objects that the receiver refused.
  public var refused: UInt64 = 0
  /// Objects whose fate is not known yet; with level `none`, every object that was written.
  public var inFlight: UInt64 = 0
  /// Objects that a connection took with it when it ended, or that this side gave up on; with level
  /// `none`, those of them that had not left this side.
  public var undelivered: UInt64 = 0

  init() {}

  init(_ ledger: SendLedger, hasEnded: Bool, acknowledges: Bool, written: UInt64) {
    accepted = ledger.accepted
    acknowledged = ledger.acknowledged
    refused = ledger.refused
    undelivered = ledger.cancelled
    inFlight = ledger.inFlight
    if hasEnded {
      let lost = acknowledges ? inFlight : min(inFlight, accepted - min(accepted, written))
      undelivered += lost
      inFlight -= lost
    }
  }

  static func += (books: inout SenderSummary, other: SenderSummary) {
    books.accepted += other.accepted
    books.acknowledged += other.acknowledged
    books.refused += other.refused
    books.inFlight += other.inFlight
    books.undelivered += other.undelivered
  }
}
