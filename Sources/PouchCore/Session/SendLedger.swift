/// What the sending end knows of the objects that it accepted: which are settled, and how.
///
/// The invariant that both executables print and the tests check:
/// accepted = acknowledged + refused + cancelled + in flight.
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
  /// How many objects the receiver refused.
  package private(set) var refused: UInt64 = 0
  /// How many chunked objects this side gave up on.
  package private(set) var cancelled: UInt64 = 0
  /// The highest id of which something was handed to the stream.
  package private(set) var sent: UInt64 = 0
  /// Chunked objects whose last chunk is not in the outbox yet, in the order in which they began.
  package private(set) var incomplete: [UInt64] = []
  /// Runs of ids that the last ACK or NACK settled, and nothing before it.
  package private(set) var news: [ClosedRange<UInt64>] = []
  /// Payload bytes that count against the window.
  @usableFromInline package internal(set) var bytesInFlight = 0

  @usableFromInline var settledCount: UInt64 = 0
  /// Chunked objects whose last chunk is in the outbox, and not yet handed to the stream.
  private var ending: [UInt64] = []
  private var charges: [Charge] = []
  private var firstCharge = 0

  package init() {}

  /// Objects that are accepted and not settled.
  @inlinable package var inFlight: UInt64 { accepted - settledCount }

  /// Objects that the receiver took.
  package var acknowledged: UInt64 { settledCount - refused - cancelled }

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

  // MARK: Chunked objects

  /// Notes that the first chunk of an object is in the outbox.
  mutating func begin(_ id: UInt64) { incomplete.append(id) }

  /// Notes that the last chunk of an object is in the outbox.
  mutating func complete(_ id: UInt64) {
    if remove(id) { ending.append(id) }
  }

  /// Gives up on a chunked object: it will never count as acknowledged.
  ///
  /// - Returns: false when it was not incomplete.
  mutating func cancel(_ id: UInt64) -> Bool {
    guard remove(id) else { return false }
    if !settled.contains(id) {
      news.removeAll(keepingCapacity: true)
      cancelled += 1
      settle(id...id)
      releaseCharges()
    }
    return true
  }

  private mutating func remove(_ id: UInt64) -> Bool {
    guard let index = incomplete.firstIndex(of: id) else { return false }
    incomplete.remove(at: index)
    return true
  }

  /// Notes that all that was in the outbox is handed to the stream.
  package mutating func handOver() {
    sent = accepted
    if !ending.isEmpty { ending.removeAll(keepingCapacity: true) }
  }

  // MARK: Answers

  /// Books what an ACK says.
  ///
  /// - Throws: `.badData` when the ACK covers an object that was not sent, or not completely.
  package mutating func settle(_ acknowledgement: Acknowledgement) throws(PouchError) {
    let highest = acknowledgement.ranges.last?.upperBound ?? acknowledgement.upTo
    guard highest <= sent else {
      throw PouchError(
        .badData, "the peer acknowledged object \(highest); \(sent) is the last one sent")
    }
    try checkCompleteness(incomplete, acknowledgement)
    try checkCompleteness(ending, acknowledgement)
    news.removeAll(keepingCapacity: true)
    if acknowledgement.upTo > 0 { settle(1...acknowledgement.upTo) }
    for range in acknowledgement.ranges { settle(range) }
    releaseCharges()
  }

  private func checkCompleteness(
    _ ids: [UInt64], _ acknowledgement: Acknowledgement
  ) throws(PouchError) {
    for id in ids where acknowledgement.covers(id) && !settled.contains(id) {
      throw PouchError(
        .badData, "the peer acknowledged an object whose end was not sent", objectID: id)
    }
  }

  /// Books a NACK.
  ///
  /// - Returns: false when the object was settled already.
  /// - Throws: `.badData` when nothing of it was sent.
  package mutating func refuse(_ id: UInt64) throws(PouchError) -> Bool {
    guard id > 0, id <= sent else {
      throw PouchError(.badData, "the peer refused object \(id), of which nothing was sent")
    }
    news.removeAll(keepingCapacity: true)
    guard !settled.contains(id) else { return false }
    refused += 1
    settle(id...id)
    releaseCharges()
    return true
  }

  private mutating func settle(_ ids: ClosedRange<UInt64>) {
    settled.insert(ids, &news)
    settledCount = settled.count
  }

  // MARK: The window

  /// Frees the window of what `news` settled.
  private mutating func releaseCharges() {
    while firstCharge < charges.count, charges[firstCharge].ids.upperBound <= settled.upTo {
      bytesInFlight -= charges[firstCharge].bytes
      firstCharge += 1
    }
    // An unfinished large object holds the mark back: look beyond it too.
    for run in news where run.upperBound > settled.upTo {
      var index = firstChargeEnding(from: run.lowerBound)
      while index < charges.count, charges[index].ids.lowerBound <= run.upperBound {
        if charges[index].bytes > 0, settled.contains(charges[index].ids) {
          bytesInFlight -= charges[index].bytes
          charges[index].bytes = 0
        }
        index += 1
      }
    }
    if firstCharge > 64, firstCharge * 2 > charges.count {
      charges.removeFirst(firstCharge)
      firstCharge = 0
    }
  }

  /// The first charge that has `id`, or ids behind it.
  private func firstChargeEnding(from id: UInt64) -> Int {
    var low = firstCharge
    var high = charges.count
    while low < high {
      let middle = (low + high) / 2
      if charges[middle].ids.upperBound < id { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
