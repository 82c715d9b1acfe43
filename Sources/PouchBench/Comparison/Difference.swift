/// How a figure of the same case differs between two reports.
package struct Difference: Sendable, Hashable {
  package enum Verdict: String, Sendable {
    case better, worse
    case unchanged = "no change"
  }

  /// Differences up to this part of the first figure are nobody's, unless it is said otherwise:
  /// two runs of the same program differ that much by where its memory happens to lie.
  package static let usualTolerance = 0.05

  package var figure: Figure
  package var before: Spread
  package var after: Spread

  /// The change of the medians as a part of the first one.
  package var share: Double {
    before.median == 0 ? (after.median == 0 ? 0 : .infinity) : after.median / before.median - 1
  }

  /// Whether the medians lie further apart than the values of both together: what lies within that
  /// can be chance.
  package var exceedsSpread: Bool {
    (after.median - before.median).magnitude > before.range + after.range
  }

  /// What to make of it. A change is one that exceeds both spreads together, and the tolerance.
  package func verdict(tolerance: Double = usualTolerance) -> Verdict {
    guard exceedsSpread, share.magnitude > tolerance else { return .unchanged }
    return (share > 0) == figure.isBetterHigher ? .better : .worse
  }
}

extension Figure {
  /// Whether more of it is better.
  package var isBetterHigher: Bool { metric.isBetterHigher }
}
