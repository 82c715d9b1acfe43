/// Lines of cells as text in columns.
package enum AlignedText {
  /// - Parameters:
  ///   - lines: Cells; a line may have fewer than the first.
  ///   - leading: How many of the first columns stand to the left; the others stand to the right.
  package static func columns(_ lines: [[String]], leading: Int = 1) -> String {
    let count = lines.first?.count ?? 0
    let widths = (0..<count).map { column in
      lines.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return lines.map { line in
      line.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column < leading ? cell + padding : padding + cell
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
