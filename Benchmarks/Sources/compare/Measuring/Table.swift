import Foundation
import Measuring

/// The comparison as text: medians, spread, and the ratio of each workload to each reference.
struct Table {
  /// Workload names in the order of the rows, each with its samples.
  let rows: [(name: String, samples: Samples)]
  /// Names of the workloads that the others are divided by.
  let references: [String]

  var text: String {
    let header = ["", "M objects/s", "lowest", "highest"] + references.map { "x \($0)" }
    var lines = [header]
    for row in rows {
      let cells = [row.samples.median, row.samples.lowest, row.samples.highest].map {
        String(format: "%.2f", $0 / 1e6)
      }
      let ratios = references.map { reference -> String in
        guard let base = rows.first(where: { $0.name == reference }) else { return "-" }
        return String(format: "%.2f", row.samples.median / base.samples.median)
      }
      lines.append([row.name] + cells + ratios)
    }
    return AlignedText.columns(lines)
  }
}
