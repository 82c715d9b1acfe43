internal import PouchConfiguration

/// One line for each transport, size, pipeline and API form: there, and there and back.
struct OverviewTable {
  private let report: Report

  init(_ report: Report) { self.report = report }

  var text: String {
    let columns = KeyColumns(report.results.map(\.key))
    let left = columns.header.count
    var table = TextTable(
      columns.header + [
        "objects/s", "+-", "bytes/s", "of raw", "cpu", "calls", "p50", "p99", "p99.9", "x raw",
      ], left: left,
      groups: [.init(title: "one way", column: left), .init(title: "round trip", column: left + 6)])
    var transport: String?
    for pair in pairs {
      if let transport, transport != pair.key.transport { table.addGap() }
      transport = pair.key.transport
      table.add(columns.cells(pair.key) + oneWay(pair.oneWay) + roundTrip(pair.roundTrip))
    }
    return table.text
  }

  private struct Pair {
    var key: CaseKey
    var oneWay: CaseResult?
    var roundTrip: CaseResult?
  }

  /// The results that belong into one line.
  private var pairs: [Pair] {
    var pairs: [Pair] = []
    for result in report.results {
      let index = pairs.firstIndex { KeyColumns.isSameLine($0.key, result.key) }
      let place = index ?? pairs.count
      if index == nil { pairs.append(Pair(key: result.key)) }
      if result.key.mode == .throughput {
        pairs[place].oneWay = result
      } else {
        pairs[place].roundTrip = result
      }
    }
    return pairs
  }

  private func oneWay(_ result: CaseResult?) -> [String] {
    guard let result else { return Array(repeating: "-", count: 6) }
    let summary = result.pouch.summary
    return [
      Cells.count(summary[.throughput]), Cells.spread(summary[.throughput]),
      summary[.throughput].map { Figures.byteRate($0.median * Double(result.key.size)) } ?? "-",
      Cells.ratio(result.ratio?[.throughput]), Cells.nanoseconds(summary[.processor]),
      Cells.count(summary[.systemCalls]),
    ]
  }

  private func roundTrip(_ result: CaseResult?) -> [String] {
    guard let result else { return Array(repeating: "-", count: 4) }
    let summary = result.pouch.summary
    return [
      Cells.microseconds(summary[.p50]), Cells.microseconds(summary[.p99]),
      Cells.microseconds(summary[.p999]), Cells.ratio(result.ratio?[.p50]),
    ]
  }
}

/// The columns that say which case a line is about: those that differ at all.
struct KeyColumns {
  private let pipelines: Bool
  private let apis: Bool

  init(_ keys: [CaseKey]) {
    pipelines = Set(keys.map(\.pipeline)).count > 1
    apis = Set(keys.map(\.api)).count > 1
  }

  var header: [String] {
    ["transport", "size"] + (pipelines ? ["pipeline"] : []) + (apis ? ["api"] : [])
  }

  func cells(_ key: CaseKey) -> [String] {
    [key.transport, Cells.size(key.size)] + (pipelines ? [key.pipeline] : [])
      + (apis ? [key.api.rawValue] : [])
  }

  static func isSameLine(_ a: CaseKey, _ b: CaseKey) -> Bool {
    a.transport == b.transport && a.size == b.size && a.pipeline == b.pipeline && a.api == b.api
  }
}

/// Figures in the cells of a table; a dash for what was not measured.
enum Cells {
  static func size(_ bytes: Int) -> String { ByteSize.format(bytes) }
  static func count(_ spread: Spread?) -> String { spread.map { Figures.count($0.median) } ?? "-" }
  static func ratio(_ spread: Spread?) -> String { spread.map { Figures.ratio($0.median) } ?? "-" }

  static func nanoseconds(_ spread: Spread?) -> String {
    spread.map { Figures.nanoseconds($0.median) } ?? "-"
  }

  static func microseconds(_ spread: Spread?) -> String {
    spread.map { Figures.microseconds($0.median) } ?? "-"
  }

  static func spread(_ spread: Spread?) -> String {
    spread.map { Figures.percent($0.relative) } ?? "-"
  }
}
