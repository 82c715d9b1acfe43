extension Comparison {
  /// The comparison for people: a table of differences, the rule, and what was crossed.
  package func text() -> String {
    var parts = [table, rule]
    let warnings = environmentWarnings + unmatchedWarnings
    if !warnings.isEmpty { parts.append(warnings.joined(separator: "\n")) }
    if !crossings.isEmpty {
      parts.append(crossings.map(describe).joined(separator: "\n"))
    }
    parts.append(conclusion)
    return parts.joined(separator: "\n\n")
  }

  private var table: String {
    let columns = KeyColumns(cases.map(\.key))
    var table = TextTable(
      ["mode"] + columns.header + ["figure", "before", "after", "change", "verdict"],
      left: columns.header.count + 2)
    for one in cases {
      for difference in one.differences {
        table.add(
          [one.key.mode.rawValue] + columns.cells(one.key)
            + [
              difference.figure.name, difference.figure.text(difference.before.median),
              difference.figure.text(difference.after.median), Figures.change(difference.share),
              verdict(difference).rawValue,
            ])
      }
    }
    return table.text
  }

  private var rule: String {
    "A change is more than \(toleranceText), and more than the rounds of both reports lie apart\n"
      + "(highest less lowest, added up). Anything less can be chance: no change."
  }

  private var environmentWarnings: [String] {
    var warnings: [String] = []
    func compare(_ what: String, _ old: String, _ new: String) {
      if old != new { warnings.append("note: \(what) differs: \(old), then \(new)") }
    }
    let (old, new) = (before.environment, after.environment)
    compare("the processor", "\(old.cores) x \(old.processor)", "\(new.cores) x \(new.processor)")
    compare("the kernel", old.kernel, new.kernel)
    compare("OpenSSL", old.openSSL, new.openSSL)
    compare("the build", old.build, new.build)
    compare(
      "the length of a round", Comparison.length(before.settings),
      Comparison.length(after.settings))
    for (number, report) in [(1, before), (2, after)] {
      guard let others = report.machine?.others, others >= 0.1 else { continue }
      warnings.append(
        "note: while report \(number) was made, other programs kept "
          + "\(Figures.decimal(others, 1)) processors busy")
    }
    if old.isDebug || new.isDebug { warnings.append("note: a debug build's figures say nothing") }
    return warnings
  }

  private static func length(_ settings: RunSettings) -> String {
    if let count = settings.count { return "\(count) objects" }
    return (settings.duration ?? [:]).sorted { $0.key < $1.key }
      .map { "\($0.key) \(Figures.nanoseconds($0.value * 1e9))" }.joined(separator: ", ")
  }

  private var unmatchedWarnings: [String] {
    unmatched.map { "note: only in report \($0.report): \(Comparison.name($0.key))" }
  }

  private func describe(_ crossing: Crossing) -> String {
    let change = Figures.change(crossing.difference.share)
    let place = Comparison.name(crossing.key)
    return crossing.isWithinSpread
      ? "within the spread: '\(crossing.threshold.text)' does not count for \(place): \(change)"
      : "crossed: '\(crossing.threshold.text)': \(place): \(change)"
  }

  private var conclusion: String {
    let total = cases.reduce(0) { $0 + $1.differences.count }
    let head = changes == 0 ? "No change" : changes == 1 ? "1 change" : "\(changes) changes"
    let failed = failures.isEmpty ? "" : "; \(failures.count) crossed a threshold"
    return "\(head) in \(total) figures of \(cases.count) cases\(failed)."
  }

  private static func name(_ key: CaseKey) -> String {
    "\(key.mode) \(key.transport) \(Cells.size(key.size)), pipeline \(key.pipeline), "
      + "api \(key.api)"
  }
}
