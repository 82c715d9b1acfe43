package import PouchCore

/// Two reports, case by case.
package struct Comparison: Sendable {
  package struct Case: Sendable {
    package var key: CaseKey
    package var differences: [Difference]
  }

  /// A threshold that was crossed, and where.
  package struct Crossing: Sendable {
    package var threshold: Threshold
    package var key: CaseKey
    package var difference: Difference
    /// Whether it lies within the spread, and so does not count.
    package var isWithinSpread: Bool { !difference.exceedsSpread }
  }

  /// What is compared unless a threshold names more. The longest latencies are left out: one
  /// neighbour's whim makes them.
  private static let usual: [Mode: [Metric]] = [
    .throughput: [.throughput, .processor], .latency: [.p50, .p99],
    .load: [.achieved, .p50, .p99, .p999],
  ]

  package let before: Report
  package let after: Report
  package let cases: [Case]
  package let crossings: [Crossing]
  private let tolerance: Double

  /// - Parameter tolerance: Differences up to this part are never called a change.
  /// - Throws: `.usage` when a threshold names a figure that the reports have no case in common
  ///   for, or when they have no case in common at all.
  package init(
    _ before: Report, _ after: Report, thresholds: [Threshold] = [],
    tolerance: Double = Difference.usualTolerance
  ) throws(PouchError) {
    self.before = before
    self.after = after
    self.tolerance = tolerance
    var cases: [Case] = []
    var crossings: [Crossing] = []
    var used: Set<Threshold> = []
    for old in before.results {
      guard let new = after.results.first(where: { $0.key == old.key }) else { continue }
      var figures = (Comparison.usual[old.key.mode] ?? []).map { Figure($0) }
      for threshold in thresholds where !figures.contains(threshold.figure) {
        figures.append(threshold.figure)
      }
      let differences = figures.compactMap { figure -> Difference? in
        guard let old = figure.spread(old), let new = figure.spread(new) else { return nil }
        return Difference(figure: figure, before: old, after: new)
      }
      for threshold in thresholds {
        guard let difference = differences.first(where: { $0.figure == threshold.figure }) else {
          continue
        }
        used.insert(threshold)
        if threshold.isCrossed(by: difference.share) {
          crossings.append(
            Crossing(threshold: threshold, key: old.key, difference: difference))
        }
      }
      cases.append(Case(key: old.key, differences: differences))
    }
    guard !cases.isEmpty else {
      throw PouchError(
        .usage, "the two reports have no case in common",
        hint: "make both with the same options")
    }
    if let unused = thresholds.first(where: { !used.contains($0) }) {
      throw PouchError(
        .usage, "--fail-if '\(unused.text)': no case of both reports has '\(unused.figure.name)'",
        hint: "run the mode that measures it, long enough for its percentile")
    }
    self.cases = cases
    self.crossings = crossings
  }

  /// The crossings that count.
  package var failures: [Crossing] { crossings.filter { !$0.isWithinSpread } }

  /// How many figures have changed for better or worse.
  package var changes: Int {
    cases.reduce(0) { sum, one in
      sum + one.differences.count { $0.verdict(tolerance: tolerance) != .unchanged }
    }
  }

  func verdict(_ difference: Difference) -> Difference.Verdict {
    difference.verdict(tolerance: tolerance)
  }

  var toleranceText: String { Figures.percent(tolerance) }

  /// Cases of one report alone, with the number of the report that has them.
  var unmatched: [(key: CaseKey, report: Int)] {
    let common = Set(cases.map(\.key))
    return before.results.map(\.key).filter { !common.contains($0) }.map { ($0, 1) }
      + after.results.map(\.key).filter { !common.contains($0) }.map { ($0, 2) }
  }
}
