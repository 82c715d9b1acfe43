/// Columns of text: the first ones to the left, the others to the right.
struct TextTable {
  private let columns: Int
  private let left: Int
  private var lines: [[String]] = []

  /// - Parameters:
  ///   - header: A cell for each column.
  ///   - left: How many columns stand to the left.
  init(_ header: [String], left: Int) {
    columns = header.count
    self.left = left
    lines.append(header)
  }

  mutating func add(_ cells: [String]) {
    precondition(cells.count == columns, "a cell for each column")
    lines.append(cells)
  }

  /// An empty line.
  mutating func addGap() { lines.append([]) }

  /// The table, a line for each row, without a line break at its end.
  var text: String {
    let widths = (0..<columns).map { column in
      lines.map { $0.isEmpty ? 0 : $0[column].count }.max() ?? 0
    }
    return lines.map { cells in
      var line = ""
      for (column, cell) in cells.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        if column > 0 { line += "  " }
        line += column < left ? cell + padding : padding + cell
      }
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}
