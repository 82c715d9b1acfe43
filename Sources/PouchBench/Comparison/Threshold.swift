package import PouchCore

/// A change that is too much, such as `p99>+10%` or `throughput<-5%`.
package struct Threshold: Sendable, Hashable {
  package var figure: Figure
  /// Whether a change above `share` is too much; one below it otherwise.
  package var isUpper: Bool
  /// The change as a part of the first report's figure: 0.1 is ten percent more.
  package var share: Double
  /// As it was written.
  package var text: String

  /// - Throws: `.usage` for what cannot be read.
  package init(_ text: String) throws(PouchError) {
    let parts = text.filter { $0 != " " }
    guard let sign = parts.firstIndex(where: { $0 == "<" || $0 == ">" }) else {
      throw Threshold.unreadable(text, "it has no '<' or '>'")
    }
    guard let figure = Figure(String(parts[..<sign])) else {
      throw Threshold.unreadable(
        text, "'\(parts[..<sign])' is not measured",
        hint: "available: " + Metric.allCases.map(\.rawValue).joined(separator: ", ")
          + "; and each with -ratio behind it, for its ratio to the baseline")
    }
    let amount = parts[parts.index(after: sign)...]
    // Double also reads words and hexadecimal digits, which nobody means here.
    guard amount.hasSuffix("%"), amount.dropLast().allSatisfy({ "+-.0123456789".contains($0) }),
      let percent = Double(amount.dropLast())
    else { throw Threshold.unreadable(text, "'\(amount)' is not a percentage") }
    self.figure = figure
    isUpper = parts[sign] == ">"
    share = percent / 100
    self.text = text
  }

  private static func unreadable(
    _ text: String, _ reason: String, hint: String? = nil
  ) -> PouchError {
    PouchError(
      .usage, "--fail-if '\(text)': \(reason)",
      hint: hint ?? "write 'p99>+10%' or 'throughput<-5%'")
  }

  /// Whether a change by this part is too much.
  func isCrossed(by change: Double) -> Bool { isUpper ? change > share : change < share }
}

/// A figure of a case that two reports can be compared by.
package struct Figure: Sendable, Hashable {
  package var metric: Metric
  /// Whether it is the ratio to the baseline.
  package var isRatio: Bool

  package init(_ metric: Metric, isRatio: Bool = false) {
    self.metric = metric
    self.isRatio = isRatio
  }

  /// Reads a metric's name, with `-ratio` behind it for the ratio.
  package init?(_ name: String) {
    let suffix = "-ratio"
    let isRatio = name.hasSuffix(suffix)
    guard let metric = Metric(rawValue: isRatio ? String(name.dropLast(suffix.count)) : name) else {
      return nil
    }
    self.init(metric, isRatio: isRatio)
  }

  package var name: String { metric.rawValue + (isRatio ? "-ratio" : "") }

  /// The figure of a case; nil when it was not measured.
  func spread(_ result: CaseResult) -> Spread? {
    isRatio ? result.ratio?[metric] : result.pouch.summary[metric]
  }

  func text(_ value: Double) -> String {
    if isRatio { return Figures.ratio(value) }
    return switch metric.unit {
    case "us": Figures.microseconds(value)
    case "ns": Figures.nanoseconds(value)
    default: Figures.count(value)
    }
  }
}
