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
  package private(set) var count: UInt64 = 0

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
    if ranges.isEmpty, range.lowerBound <= upTo &+ 1 {
      // The common case, without memory.
      guard range.upperBound > upTo else { return }
      count += range.upperBound - upTo
      upTo = range.upperBound
      return
    }
    var news: [ClosedRange<UInt64>] = []
    insert(range, &news)
  }

  /// Settles every id of `range`, and appends to `news` the runs of them that were not settled.
  ///
  /// What it costs is the search, and what it settles: saying the same again and again is cheap.
  package mutating func insert(
    _ range: ClosedRange<UInt64>, _ news: inout [ClosedRange<UInt64>]
  ) {
    guard range.upperBound > upTo else { return }
    let start = max(range.lowerBound, upTo + 1)
    let before = count
    let first = firstRange(endingFrom: start - 1)
    var merged = start...range.upperBound
    var next = start
    var last = first
    while last < ranges.count, ranges[last].lowerBound - 1 <= range.upperBound {
      let known = ranges[last]
      if known.lowerBound > next { add(next...known.lowerBound - 1, &news) }
      next = max(next, known.upperBound + 1)
      merged =
        min(merged.lowerBound, known.lowerBound)...max(merged.upperBound, known.upperBound)
      last += 1
    }
    if next <= range.upperBound { add(next...range.upperBound, &news) }
    guard count > before else { return }
    if merged.lowerBound == upTo + 1 {
      upTo = merged.upperBound
      ranges.removeSubrange(first..<last)
    } else {
      ranges.replaceSubrange(first..<last, with: CollectionOfOne(merged))
    }
  }

  private mutating func add(_ run: ClosedRange<UInt64>, _ news: inout [ClosedRange<UInt64>]) {
    count += run.upperBound - run.lowerBound + 1
    news.append(run)
  }

  /// The first range that ends at `id` or behind it.
  private func firstRange(endingFrom id: UInt64) -> Int {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < id { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
