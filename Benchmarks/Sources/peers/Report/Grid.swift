import Measuring

/// A table, for a terminal or for a page.
struct Grid {
  var header: [String]
  var lines: [[String]] = []
  /// How many of the first columns are text; the others are figures.
  var leading = 1

  var text: String { AlignedText.columns([header] + lines, leading: leading) }

  var markdown: String {
    let rule = header.indices.map { $0 < leading ? "---" : "---:" }
    return ([header, rule] + lines).map { "| " + $0.joined(separator: " | ") + " |" }
      .joined(separator: "\n")
  }
}
