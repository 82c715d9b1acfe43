internal import Glibc
internal import Logging
internal import PouchCore
internal import Synchronization

/// Where a command speaks: results and payloads on stdout, everything else on stderr.
///
/// Lines are written whole, one at a time, whichever thread they come from. On a terminal a
/// progress line stays below them.
package final class Console: Sendable {
  /// How important a message is.
  package enum Level: String, Sendable, CaseIterable, Comparable {
    case trace, debug, info, notice, warning, error

    package static func < (a: Level, b: Level) -> Bool {
      a != b && allCases.first { $0 == a || $0 == b } == a
    }
  }

  /// How status is written.
  package struct Style: Sendable {
    /// The least important messages that are shown.
    package var level = Level.info
    /// Whether messages are JSON objects.
    package var logsJSON = false
    /// Whether stdout carries events, one JSON object a line.
    package var eventsJSON = false
    package var colors = false

    package init() {}
  }

  private struct State {
    var style: Style
    var progressLine = ""
  }

  /// The command's name, as in `pouch-send: error: …`.
  package let command: String
  private let state: Mutex<State>

  package init(command: String, style: Style) {
    self.command = command
    state = Mutex(State(style: style))
  }

  package var style: Style {
    get { state.withLock { $0.style } }
    set { state.withLock { $0.style = newValue } }
  }

  // MARK: Messages

  /// Writes a message to stderr, if it is important enough.
  package func log(
    _ level: Level, _ message: String, _ details: [(String, JSONValue)] = []
  ) {
    state.withLock { state in
      guard level >= state.style.level else { return }
      let line =
        state.style.logsJSON
        ? Console.jsonLine(level, message, details)
        : Console.textLine(level, message, colors: state.style.colors)
      Console.write(line, above: state.progressLine)
    }
  }

  private static func textLine(_ level: Level, _ message: String, colors: Bool) -> String {
    let message = message.printable
    return switch level {
    case .warning: paint("warning:", "33", colors) + " \(message)\n"
    case .error: paint("error:", "1;31", colors) + " \(message)\n"
    default: message + "\n"
    }
  }

  private static func jsonLine(
    _ level: Level, _ message: String, _ details: [(String, JSONValue)]
  ) -> String {
    let head: [(String, JSONValue)] = [
      ("time", .text(Timestamp.now())), ("level", .text(level.rawValue)),
      ("message", .text(message)),
    ]
    return JSONValue.object(head + details).text + "\n"
  }

  private static func paint(_ text: String, _ code: String, _ colors: Bool) -> String {
    colors ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }

  /// Writes the one error that ends the command: `NAME: error: MESSAGE`, and its hint.
  package func fail(_ message: String, hint: String?) {
    state.withLock { state in
      if state.style.logsJSON {
        var details: [(String, JSONValue)] = []
        if let hint { details.append(("hint", .text(hint))) }
        Console.write(Console.jsonLine(.error, message, details), above: state.progressLine)
        return
      }
      let mark = Console.paint("error:", "1;31", state.style.colors)
      var text = "\(command): \(mark) \(message.printable)\n"
      if let hint { text += "  = \(hint.printable)\n" }
      Console.write(text, above: state.progressLine)
    }
  }

  /// Writes text that is rendered already, such as a configuration's errors.
  package func writeStatus(_ text: String) {
    state.withLock { Console.write(text, above: $0.progressLine) }
  }

  // MARK: Progress

  /// Shows `line` below everything else, in the place of what was there; an empty one removes it.
  package func showProgress(_ line: String) {
    state.withLock { state in
      guard line != state.progressLine else { return }
      state.progressLine = line
      Console.write("", above: line, clears: true)
    }
  }

  private static func write(_ text: String, above progressLine: String, clears: Bool = false) {
    let erase = progressLine.isEmpty && !clears ? "" : "\r\u{1b}[K"
    // Nobody can be told that stderr does not take what it is told.
    try? SystemOutput.write(erase + text + progressLine, to: STDERR_FILENO, "stderr")
  }

  // MARK: Results

  /// Writes an event to stdout, if events are wanted.
  package func event(_ name: String, _ members: [(String, JSONValue)]) {
    state.withLock { state in
      guard state.style.eventsJSON else { return }
      let head: [(String, JSONValue)] = [
        ("event", .text(name)), ("v", 1), ("time", .text(Timestamp.now())),
      ]
      // Whoever reads events and goes away has lost interest; the objects still matter.
      try? SystemOutput.write(
        JSONValue.object(head + members).text + "\n", to: STDOUT_FILENO, "stdout")
    }
  }

  /// Writes a result for people to stdout, unless events take its place.
  package func result(_ text: String) {
    state.withLock { state in
      guard !state.style.eventsJSON else { return }
      if !state.progressLine.isEmpty { Console.write("", above: "", clears: true) }
      try? SystemOutput.write(text + "\n", to: STDOUT_FILENO, "stdout")
      if !state.progressLine.isEmpty { Console.write("", above: state.progressLine) }
    }
  }

  /// A logger that writes here, for libraries that want one.
  var logger: Logger {
    Logger(label: command) { _ in ConsoleLogHandler(console: self) }
  }
}

/// Hands what libraries log to the console, as details that only `-v` shows.
private struct ConsoleLogHandler: LogHandler {
  let console: Console
  var logLevel = Logger.Level.error
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    console.log(.debug, event.message.description)
  }
}
