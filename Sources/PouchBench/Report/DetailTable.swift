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
    var table = TextTable(
      columns.header + ["contender"] + header, left: columns.header.count + 1)
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
      DetailTable.percentiles.map(\.name) + ["of raw (p50)", "p99", "cpu", "calls", "switches"]
    case .load:
      ["planned", "achieved"] + DetailTable.percentiles.map(\.name)
        + ["of raw (p50)", "p99", "sent late", "cpu"]
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
      return [result.key.rate.map { Figures.count($0) } ?? "-", Cells.count(summary[.achieved])]
        + latency
        + [ratio(.p50), ratio(.p99), Cells.microseconds(summary[.lag]), cost[0]]
    }
  }
}
