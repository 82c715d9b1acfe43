/// What one thing measured, one value for each round.
package struct Samples: Sendable {
  package private(set) var values: [Double] = []

  package init() {}

  package mutating func add(_ value: Double) {
    values.append(value)
  }

  /// The same in another unit.
  package func scaled(by factor: Double) -> Samples {
    var scaled = self
    scaled.values = values.map { $0 * factor }
    return scaled
  }

  package var median: Double { values.median }
  package var lowest: Double { values.min() ?? .nan }
  package var highest: Double { values.max() ?? .nan }
}

extension Collection<Double> {
  /// The middle value, or the mean of the two in the middle; NaN of nothing.
  package var median: Double {
    let sorted = sorted()
    guard let middle = sorted.dropFirst(sorted.count / 2).first else { return .nan }
    return sorted.count.isMultiple(of: 2) ? (middle + sorted[sorted.count / 2 - 1]) / 2 : middle
  }
}
