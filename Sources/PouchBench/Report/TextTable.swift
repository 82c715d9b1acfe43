/// Columns of text: the first ones to the left, the others to the right.
struct TextTable {
  /// What several columns have in common, from a column on.
  struct Group {
    var title: String
    var column: Int
  }

  private let left: Int
  private let header: [String]
  private let groups: [Group]
  /// An empty row is a gap.
  private var rows: [[String]] = []

  /// - Parameters:
  ///   - header: A cell for each column.
  ///   - left: How many columns stand to the left.
  ///   - groups: Titles above the header, in the order of their columns.
  init(_ header: [String], left: Int, groups: [Group] = []) {
    self.header = header
    self.left = left
    self.groups = groups
  }

  mutating func add(_ cells: [String]) {
    precondition(cells.count == header.count, "a cell for each column")
    rows.append(cells)
  }

  /// An empty line.
  mutating func addGap() { rows.append([]) }

  /// The table, a line for each row, without a line break at its end.
  var text: String {
    let widths = header.indices.map { column in
      max(header[column].count, rows.map { $0.isEmpty ? 0 : $0[column].count }.max() ?? 0)
    }
    var lines = [line(header, widths)] + rows.map { line($0, widths) }
    if !groups.isEmpty { lines.insert(title(widths), at: 0) }
    return lines.joined(separator: "\n")
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    for (column, cell) in cells.enumerated() {
      if column > 0 { line += gap(before: column) }
      let padding = String(repeating: " ", count: widths[column] - cell.count)
      line += column < left ? cell + padding : padding + cell
    }
    while line.last == " " { line.removeLast() }
    return line
  }

  /// A group stands a little apart.
  private func gap(before column: Int) -> String {
    groups.contains { $0.column == column } ? "    " : "  "
  }

  /// Each title begins where the widest cell of its first column does.
  private func title(_ widths: [Int]) -> String {
    var line = ""
    for group in groups {
      var start = widths[..<group.column].reduce(0, +)
      for column in 1..<max(group.column + 1, 1) { start += gap(before: column).count }
      line += String(repeating: " ", count: max(0, start - line.count)) + group.title
    }
    return line
  }
}
