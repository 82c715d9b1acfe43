/// What the sending end knows of the objects that it accepted: which are settled, and how.
///
/// The invariant that both executables print and the tests check:
/// accepted = acknowledged + refused + in flight.
@usableFromInline
package struct SendLedger: Sendable {
  /// A run of unchunked objects whose payload counts against the window.
  private struct Charge: Sendable {
    var ids: ClosedRange<UInt64>
    var bytes: Int
  }

  /// The highest id given out; also how many objects were accepted.
  @usableFromInline package internal(set) var accepted: UInt64 = 0
  /// Which objects the receiver has answered for.
  package private(set) var settled = SettledSet()
  /// How many objects were refused.
  package private(set) var refused: UInt64 = 0
  /// Payload bytes that count against the window.
  @usableFromInline package internal(set) var bytesInFlight = 0

  @usableFromInline var settledCount: UInt64 = 0
  private var charges: [Charge] = []
  private var firstCharge = 0

  package init() {}

  /// Objects that are accepted and not settled.
  @inlinable package var inFlight: UInt64 { accepted - settledCount }

  /// Objects that the receiver took.
  package var acknowledged: UInt64 { settledCount - refused }

  /// Gives out the next id.
  @inlinable @inline(__always)
  package mutating func accept(charging bytes: Int) -> UInt64 {
    accepted += 1
    bytesInFlight += bytes
    return accepted
  }

  /// Closes the books on a frame: its objects are charged together, and freed together.
  package mutating func charge(_ ids: ClosedRange<UInt64>, _ bytes: Int) {
    charges.append(Charge(ids: ids, bytes: bytes))
  }

  /// Books what an ACK says.
  ///
  /// - Returns: The ids that the mark has passed over, for whoever waits on them.
  /// - Throws: `.badData` when the ACK names an object that was never sent.
  package mutating func settle(
    _ acknowledgement: Acknowledgement
  ) throws(PouchError) -> Range<UInt64> {
    let highest = acknowledgement.ranges.last?.upperBound ?? acknowledgement.upTo
    guard highest <= accepted, acknowledgement.upTo <= accepted else {
      throw PouchError(
        .badData, "the peer acknowledged object \(highest); \(accepted) is the last one sent")
    }
    let before = settled.upTo
    if acknowledgement.upTo > 0 { settled.insert(1...acknowledgement.upTo) }
    for range in acknowledgement.ranges { settled.insert(range) }
    releaseCharges()
    return before + 1..<settled.upTo + 1
  }

  /// Books a NACK.
  ///
  /// - Returns: false when the object was settled already.
  /// - Throws: `.badData` when it was never sent.
  package mutating func refuse(_ id: UInt64) throws(PouchError) -> Bool {
    guard id > 0, id <= accepted else {
      throw PouchError(.badData, "the peer refused object \(id), which was never sent")
    }
    guard !settled.contains(id) else { return false }
    settled.insert(id...id)
    refused += 1
    releaseCharges()
    return true
  }

  /// Frees the window of what is settled.
  private mutating func releaseCharges() {
    settledCount = settled.count
    while firstCharge < charges.count, charges[firstCharge].ids.upperBound <= settled.upTo {
      bytesInFlight -= charges[firstCharge].bytes
      firstCharge += 1
    }
    if !settled.ranges.isEmpty {
      // An unfinished large object holds the mark back: look beyond it too.
      for index in firstCharge..<charges.count where charges[index].bytes > 0 {
        if settled.contains(charges[index].ids) {
          bytesInFlight -= charges[index].bytes
          charges[index].bytes = 0
        }
      }
    }
    if firstCharge > 64, firstCharge * 2 > charges.count {
      charges.removeFirst(firstCharge)
      firstCharge = 0
    }
  }
}
