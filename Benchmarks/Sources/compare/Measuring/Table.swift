import Foundation

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
    return Self.aligned(lines)
  }

  /// The first column to the left, the others to the right.
  private static func aligned(_ lines: [[String]]) -> String {
    let columns = lines.first?.count ?? 0
    let widths = (0..<columns).map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
      line.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + padding : padding + cell
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
