import PouchCore

/// The refusals of a connection's objects, for the receipts that may ask, in bounded memory: a
/// value of the state under its lock.
struct RefusalBook: Sendable {
  private struct Entry: Sendable {
    var refusal: Refusal
    /// A receipt, or the call that sent the object, has told somebody.
    var isReported = false
  }

  /// The most bytes that reasons take.
  static let mostBytes = 1 << 20
  /// What an entry takes beside its text, about, in bytes.
  private static let overhead = 128
  /// The most runs of objects that are kept without their reasons.
  static let mostRuns = 1 << 15

  private var entries: [UInt64: Entry] = [:]
  /// The ids of the entries, the oldest first from `oldest` on.
  private var order: [UInt64] = []
  private var oldest = 0
  private var bytes = 0
  /// Refused objects whose reasons were not kept: ascending, disjoint.
  private var bare: [ClosedRange<UInt64>] = []
  /// What became of objects up to this one is not known any more.
  private var forgotten: UInt64 = 0

  /// How many refusals are kept with their reasons, and how many runs without.
  var reasonCount: Int { entries.count }
  var runCount: Int { bare.count }

  /// How many refusals nobody was told of.
  private(set) var unreported: UInt64 = 0

  /// The first of them of which the reason is known.
  var first: (id: UInt64, refusal: Refusal)? {
    for id in order[oldest...] {
      if let entry = entries[id], !entry.isReported { return (id, entry.refusal) }
    }
    return nil
  }

  /// Books a refusal that came.
  mutating func add(_ id: UInt64, _ refusal: Refusal) {
    unreported += 1
    entries[id] = Entry(refusal: refusal)
    order.append(id)
    bytes += RefusalBook.cost(refusal)
    while bytes > RefusalBook.mostBytes { forgetOldest() }
  }

  /// Why object `id` was refused, for somebody who is told now; nil when it was not.
  mutating func report(_ id: UInt64) -> Refusal? {
    if var entry = entries[id] {
      if !entry.isReported {
        unreported -= 1
        entry.isReported = true
        entries[id] = entry
      }
      return entry.refusal
    }
    guard id <= forgotten || isBare(id) else { return nil }
    return Refusal(
      code: "refused",
      text: id <= forgotten
        ? "what became of it is not known any more: too many refusals came and nobody asked"
        : "the reason was not kept: too many refusals came and nobody asked")
  }

  private static func cost(_ refusal: Refusal) -> Int {
    overhead + refusal.code.utf8.count + refusal.text.utf8.count
  }

  private mutating func forgetOldest() {
    let id = order[oldest]
    oldest += 1
    if oldest > 1024, oldest * 2 > order.count {
      order.removeFirst(oldest)
      oldest = 0
    }
    guard let entry = entries.removeValue(forKey: id) else { return }
    bytes -= RefusalBook.cost(entry.refusal)
    addBare(id)
  }

  private mutating func addBare(_ id: UInt64) {
    let place = firstRun(endingAtOrAfter: id - 1)
    if place < bare.count, bare[place].upperBound == id - 1 {
      bare[place] = bare[place].lowerBound...id
    } else {
      bare.insert(id...id, at: place)
    }
    if bare.count > RefusalBook.mostRuns {
      // Half at once, so that it costs little each time.
      let half = bare.count / 2
      forgotten = max(forgotten, bare[half - 1].upperBound)
      bare.removeFirst(half)
    }
  }

  private func isBare(_ id: UInt64) -> Bool {
    let place = firstRun(endingAtOrAfter: id)
    return place < bare.count && bare[place].contains(id)
  }

  /// The index of the first run whose end is not below `id`.
  private func firstRun(endingAtOrAfter id: UInt64) -> Int {
    var low = 0
    var high = bare.count
    while low < high {
      let middle = (low + high) / 2
      if bare[middle].upperBound < id { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
