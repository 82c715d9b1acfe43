/// The lines of a file as they were read, to show the place of an error.
final class SourceText: Sendable {
  /// The path by which the user named the file.
  let path: String
  /// Without line breaks, as scalars: YAML counts columns in scalars.
  let lines: [[Unicode.Scalar]]

  init(path: String, text: String) {
    self.path = path
    lines = SourceText.split(text)
  }

  /// Breaks lines where YAML 1.1 does, so that line numbers agree with the parser's.
  private static func split(_ text: String) -> [[Unicode.Scalar]] {
    var lines: [[Unicode.Scalar]] = []
    var line: [Unicode.Scalar] = []
    var afterReturn = false
    for scalar in text.unicodeScalars {
      defer { afterReturn = scalar == "\r" }
      switch scalar {
      case "\n" where afterReturn: continue
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
        lines.append(line)
        line = []
      default: line.append(scalar)
      }
    }
    lines.append(line)
    return lines
  }

  /// The text of a line, counted from 1.
  func line(_ number: Int) -> [Unicode.Scalar]? {
    lines.indices.contains(number - 1) ? lines[number - 1] : nil
  }

  /// How many columns the quoted scalar that starts at a position takes on its line.
  func quotedLength(line number: Int, column: Int, quote: Unicode.Scalar) -> Int {
    guard let line = line(number), line.indices.contains(column - 1) else { return 1 }
    var index = column
    while index < line.count {
      if quote == "\"", line[index] == "\\" {
        index += 2
        continue
      }
      if line[index] == quote {
        // A doubled single quote stands for one.
        guard quote == "'", index + 1 < line.count, line[index + 1] == quote else {
          return index + 2 - column
        }
        index += 1
      }
      index += 1
    }
    return line.count - column + 1
  }

  /// The column at which `fragment` stands on a line, at or after `column`.
  func column(of fragment: String, line number: Int, from column: Int) -> Int? {
    guard let line = line(number), column >= 1 else { return nil }
    let wanted = Array(fragment.unicodeScalars)
    guard !wanted.isEmpty, line.count >= wanted.count else { return nil }
    var start = column - 1
    while start + wanted.count <= line.count {
      if line[start..<start + wanted.count].elementsEqual(wanted) { return start + 1 }
      start += 1
    }
    return nil
  }

  /// The place of the first character that YAML does not allow, if there is one.
  func firstForbidden(_ origin: Place.Origin) -> Place? {
    for (index, line) in lines.enumerated() {
      let column = line.firstIndex { scalar in
        (scalar.properties.generalCategory == .control && scalar != "\t")
          || scalar == "\u{FFFE}" || scalar == "\u{FFFF}"
      }
      if let column { return Place(origin: origin, line: index + 1, column: column + 1) }
    }
    return nil
  }
}
