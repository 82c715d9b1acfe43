/// All that was measured in one mode: a line for Pouch and one for the baseline of each case.
struct DetailTable {
  private let results: [CaseResult]
  private let mode: Mode

  init(_ report: Report, _ mode: Mode) {
    results = report.results.filter { $0.key.mode == mode }
    self.mode = mode
  }

  var text: String {
    let columns = KeyColumns(results.map(\.key))
    let left = columns.header.count + 1
    var table = TextTable(
      columns.header + ["contender"] + header, left: left,
      groups: groups.map { .init(title: $0.title, column: left + $0.column) })
    var shown: Baseline?
    var transport: String?
    for (index, result) in results.enumerated() {
      if let transport, transport != result.key.transport { table.addGap() }
      transport = result.key.transport
      table.add(
        columns.cells(result.key) + [result.pouch.name] + cells(result.pouch, result, isPouch: true)
      )
      // Cases that share a baseline show it once, below the last of them.
      guard let baseline = result.baseline else { continue }
      shown = Baseline(result.key)
      let next = index + 1 < results.count ? Baseline(results[index + 1].key) : nil
      guard shown != next else { continue }
      let blank = Array(repeating: "", count: columns.header.count - 2)
      table.add(
        [result.key.transport, Cells.size(result.key.size)] + blank + [baseline.name]
          + cells(baseline, result, isPouch: false))
    }
    return table.text
  }

  private struct Baseline: Equatable {
    var transport: String
    var size: Int

    init(_ key: CaseKey) {
      transport = key.transport
      size = key.size
    }
  }

  private static let percentiles: [(name: String, metric: Metric)] = [
    ("p50", .p50), ("p90", .p90), ("p99", .p99), ("p99.9", .p999), ("p99.99", .p9999),
    ("max", .max),
  ]

  private var header: [String] {
    switch mode {
    case .throughput:
      ["objects/s", "lowest", "highest", "bytes/s", "of raw", "cpu", "calls", "switches"]
    case .latency:
      DetailTable.percentiles.map(\.name) + ["p50", "p99", "cpu", "calls", "switches"]
    case .load:
      ["planned", "achieved", "late"] + DetailTable.percentiles.map(\.name)
        + ["p50", "p99", "cpu"]
    }
  }

  /// Titles above the header, with the column behind the contender that each begins at.
  private var groups: [(title: String, column: Int)] {
    switch mode {
    case .throughput: []
    case .latency: [("round trip", 0), ("x raw", 6), ("each", 8)]
    case .load: [("sent", 0), ("arrived after", 3), ("x raw", 9), ("each", 11)]
    }
  }

  private func cells(
    _ contender: ContenderResult, _ result: CaseResult, isPouch: Bool
  ) -> [String] {
    let summary = contender.summary
    func ratio(_ metric: Metric) -> String { isPouch ? Cells.ratio(result.ratio?[metric]) : "" }
    let latency = DetailTable.percentiles.map { Cells.microseconds(summary[$0.metric]) }
    let cost = [
      Cells.nanoseconds(summary[.processor]), Cells.count(summary[.systemCalls]),
      Cells.count(summary[.switches]),
    ]
    switch mode {
    case .throughput:
      let rate = summary[.throughput]
      return [
        Cells.count(rate), rate.map { Figures.count($0.low) } ?? "-",
        rate.map { Figures.count($0.high) } ?? "-",
        rate.map { Figures.byteRate($0.median * Double(result.key.size)) } ?? "-",
        ratio(.throughput),
      ] + cost
    case .latency: return latency + [ratio(.p50), ratio(.p99)] + cost
    case .load:
      return [
        result.key.rate.map { Figures.count($0) } ?? "-", Cells.count(summary[.achieved]),
        Cells.microseconds(summary[.lag]),
      ] + latency + [ratio(.p50), ratio(.p99), cost[0]]
    }
  }
}
