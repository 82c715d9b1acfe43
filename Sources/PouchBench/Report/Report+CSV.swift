extension Report {
  /// The report as comma-separated values (RFC 4180): a line for each figure of each contender.
  package func csv() -> String {
    var text =
      "mode,transport,size,pipeline,api,acknowledge,connections,content,round-trip,rate,"
      + "contender,metric,unit,median,low,high\n"
    for result in results {
      let key = result.key
      let fields = [
        key.mode.rawValue, key.transport, String(key.size), key.pipeline, key.api.rawValue,
        key.acknowledge, String(key.connections), key.content.rawValue,
        key.roundTrip?.rawValue ?? "", key.rate.map { Figures.plain($0) } ?? "",
      ]
      func add(_ contender: String, _ summary: [Metric: Spread], unit: (Metric) -> String) {
        for metric in Metric.allCases {
          guard let spread = summary[metric] else { continue }
          let values = [spread.median, spread.low, spread.high].map { Figures.plain($0) }
          let line = fields + [contender, metric.rawValue, unit(metric)] + values
          text += line.map(Report.quoted).joined(separator: ",") + "\n"
        }
      }
      add(result.pouch.name, result.pouch.summary) { $0.unit }
      if let baseline = result.baseline { add(baseline.name, baseline.summary) { $0.unit } }
      if let ratio = result.ratio { add("ratio", ratio) { _ in "" } }
    }
    return text
  }

  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { ",\"\r\n".contains($0) }) else { return field }
    return "\""
      + field.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
