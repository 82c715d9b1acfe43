internal import PouchCore

/// One thing that is wrong with a configuration.
public struct ConfigurationDiagnostic: Sendable {
  let place: Place
  /// What is wrong, in one sentence without a full stop.
  public let message: String
  /// What to do about it.
  public let hint: String?
  /// Whether the text at the place is what is wrong, so that showing it helps.
  let showsSource: Bool
  /// Whether what was written is wrong by itself, whatever else there is: as an option, it is a
  /// wrong use of the command.
  private let isWrongByItself: Bool
  /// What it is besides a setting that cannot be used.
  private let special: PouchError.Code?

  init(
    _ place: Place, _ message: String, hint: String? = nil, showsSource: Bool = true,
    isUsage: Bool = false, code: PouchError.Code? = nil
  ) {
    self.place = place
    self.message = message
    self.hint = hint
    self.showsSource = showsSource
    isWrongByItself = isUsage
    special = code
  }

  /// The kind of failure: a setting that cannot be used, a wrong use of the command, an output that
  /// cannot be written, or a process that has run out of descriptors.
  var code: PouchError.Code {
    if let special, [.outputFailed, .exhausted].contains(special) { return special }
    switch place.origin {
    case .option, .command: return isWrongByItself ? .usage : .configuration
    case .file, .environment, .set: return .configuration
    }
  }

  /// Where it was written: a file's path, `environment NAME`, `--set key.path` or an option.
  public var source: String {
    switch place.origin {
    case .file(let path, _): path
    case .environment(let name): "environment \(name)"
    case .set(let path): "--set \(path)"
    case .option(let name): name
    case .command: "command line"
    }
  }

  /// The line in a file, counted from 1.
  public var line: Int? { place.line > 0 ? place.line : nil }

  /// The column in a file, counted from 1 in Unicode scalars.
  public var column: Int? { place.line > 0 ? place.column : nil }
}

extension ConfigurationDiagnostic: CustomStringConvertible {
  /// `source:line:column: error: message`, the source line with the place underlined, the hint.
  public var description: String {
    var text = SystemText.printable(source)
    if let line, let column { text += ":\(line):\(column)" }
    text += ": error: \(SystemText.printable(message))"
    if showsSource, let snippet { text += "\n\(snippet)" }
    if let hint { text += "\n     = \(SystemText.printable(hint))" }
    return text
  }

  private var snippet: String? {
    guard case .file(_, let source?) = place.origin, let line = source.line(place.line) else {
      return nil
    }
    let number = String(place.line)
    let margin = String(repeating: " ", count: max(0, 4 - number.count)) + number
    let blank = String(repeating: " ", count: margin.count)
    let start = min(max(place.column - 1, 0), line.count)
    let length = max(1, min(place.length, line.count - start))
    // A file of one long line, as JSON often is, is shown around the place alone.
    let window = SnippetWindow(count: line.count, start: start, length: length)
    let shown = line[window.range].map { SystemText.isPrintable($0) ? $0 : " " }
    let lead = line[window.range.lowerBound..<start].map { $0 == "\t" ? "\t" : " " }.joined()
    var text = "\(margin) | \(window.opening)"
    for (offset, scalar) in shown.enumerated() {
      let isTab = line[window.range.lowerBound + offset] == "\t"
      text.unicodeScalars.append(isTab ? "\t" : scalar)
    }
    text += "\(window.closing)\n\(blank) | "
    text += String(repeating: " ", count: window.opening.count) + lead
    return text + "^" + String(repeating: "~", count: min(length, window.room(from: start)) - 1)
  }
}

/// Which part of a long line to show.
private struct SnippetWindow {
  private static let widest = 160

  var range: Range<Int>
  var opening = ""
  var closing = ""

  init(count: Int, start: Int, length: Int) {
    guard count > Self.widest else {
      range = 0..<count
      return
    }
    let lower = max(0, min(start - Self.widest / 4, count - Self.widest))
    range = lower..<min(count, lower + Self.widest)
    if lower > 0 { opening = "..." }
    if range.upperBound < count { closing = "..." }
  }

  func room(from start: Int) -> Int { max(1, range.upperBound - start) }
}
