/// Which object ids are settled: every id up to a mark, and ranges beyond it.
///
/// Both ends keep one: the receiver to say what it has finished, the sender to know it.
package struct SettledSet: Sendable, Equatable {
  /// Every id from 1 to this one is settled.
  package private(set) var upTo: UInt64 = 0
  /// What is settled beyond: ascending, disjoint, not adjacent, not touching `upTo`.
  package private(set) var ranges: [ClosedRange<UInt64>] = []

  package init() {}

  /// How many ids are settled.
  package var count: UInt64 {
    ranges.reduce(upTo) { $0 + ($1.upperBound - $1.lowerBound + 1) }
  }

  package func contains(_ id: UInt64) -> Bool { contains(id...id) }

  /// Whether every id of `wanted` is settled.
  package func contains(_ wanted: ClosedRange<UInt64>) -> Bool {
    if wanted.upperBound <= upTo { return true }
    let start = max(wanted.lowerBound, upTo + 1)
    // Binary search for the last range that begins at or before the start.
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].lowerBound <= start { low = middle + 1 } else { high = middle }
    }
    return low > 0 && ranges[low - 1].upperBound >= wanted.upperBound
  }

  /// Settles every id of `range`.
  package mutating func insert(_ range: ClosedRange<UInt64>) {
    if range.lowerBound <= upTo &+ 1 {
      guard range.upperBound > upTo else { return }
      upTo = range.upperBound
      absorbTouching()
      return
    }
    var lower = range.lowerBound
    var upper = range.upperBound
    var first = ranges.count
    while first > 0, ranges[first - 1].upperBound >= lower - 1 { first -= 1 }
    var last = first
    while last < ranges.count, ranges[last].lowerBound - 1 <= upper {
      lower = min(lower, ranges[last].lowerBound)
      upper = max(upper, ranges[last].upperBound)
      last += 1
    }
    ranges.replaceSubrange(first..<last, with: CollectionOfOne(lower...upper))
  }

  /// Moves the mark over the ranges that it has reached.
  private mutating func absorbTouching() {
    var reached = 0
    while reached < ranges.count, ranges[reached].lowerBound <= upTo + 1 {
      upTo = max(upTo, ranges[reached].upperBound)
      reached += 1
    }
    if reached > 0 { ranges.removeFirst(reached) }
  }
}
