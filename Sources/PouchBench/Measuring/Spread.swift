/// The middle of several values, and how far they lie apart.
package struct Spread: Sendable, Hashable, Codable {
  package var median: Double
  package var low: Double
  package var high: Double

  /// - Returns: nil for no values.
  package init?(_ values: [Double]) {
    let sorted = values.sorted()
    guard let low = sorted.first, let high = sorted.last else { return nil }
    let middle = sorted.count / 2
    median =
      sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    self.low = low
    self.high = high
  }

  /// How far the highest lies above the lowest.
  package var range: Double { high - low }

  /// Half the range as a part of the median.
  package var relative: Double { median > 0 ? range / 2 / median : 0 }
}
