internal import Glibc
internal import Logging
package import PouchCore
internal import Synchronization

/// Where a command speaks: results and payloads on stdout, everything else on stderr.
///
/// Lines from any thread are written whole, one at a time, by threads that do nothing else: what logs
/// never waits for a descriptor. On a terminal a progress line stays below them.
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

    /// The least important messages that are written. Beside events those for people are warnings
    /// and errors alone, unless all were asked for.
    fileprivate var threshold: Level {
      eventsJSON && level > .debug ? max(level, .warning) : level
    }
  }

  fileprivate struct State {
    var style: Style
    var progressLine = ""
    /// How long what was said may take to be written at the end; nil for as long as it takes.
    var patience: Duration?
  }

  /// The command's name, as in `pouch-send: error: …`.
  package let command: String
  private let state: Mutex<State>
  private let output = StatusStream(STDOUT_FILENO)
  private let errors = StatusStream(STDERR_FILENO)
  let repeats = Mutex(Repeats())
  /// The time since some moment before this was made.
  let uptime: @Sendable () -> Duration

  /// - Parameter uptime: A clock, for tests.
  package init(
    command: String, style: Style, uptime: (@Sendable () -> Duration)? = nil
  ) {
    self.command = command
    state = Mutex(State(style: style))
    let start = ContinuousClock.now
    self.uptime = uptime ?? { ContinuousClock.now - start }
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
      guard level >= state.style.threshold else { return }
      let line =
        state.style.logsJSON
        ? Console.jsonLine(level, message, details)
        : Console.textLine(level, message, colors: state.style.colors)
      say(line, state)
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

  static func jsonLine(
    _ level: Level, _ message: String, _ details: [(String, JSONValue)]
  ) -> String {
    let head: [(String, JSONValue)] = [
      ("time", .text(Timestamp.now())), ("level", .text(level.rawValue)),
      ("message", .text(message)),
    ]
    // The message of an error is a part of this one.
    let others = details.filter { detail in !head.contains { $0.0 == detail.0 } }
    return JSONValue.object(head + others).line + "\n"
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
        say(Console.jsonLine(.error, message, details), state, .last)
        return
      }
      let mark = Console.paint("error:", "1;31", state.style.colors)
      var text = "\(command): \(mark) \(message.printable)\n"
      if let hint { text += "  = \(hint.printable)\n" }
      say(text, state, .last)
    }
  }

  /// Writes text that is rendered already, such as a configuration's errors.
  package func writeStatus(_ text: String) {
    state.withLock { say(text, $0, .last) }
  }

  // MARK: Progress

  /// Shows `line` below everything else, in the place of what was there; an empty one removes it.
  package func showProgress(_ line: String) {
    state.withLock { state in
      guard line != state.progressLine else { return }
      state.progressLine = line
      say("", state, line.isEmpty ? .last : .progress, clears: true)
    }
  }

  /// Leaves a message for stderr, above the progress line.
  ///
  /// - Parameter clears: Whether a progress line may stand there that is not known any more.
  private func say(
    _ text: String, _ state: State, _ weight: StatusStream.Weight = .message, clears: Bool = false
  ) {
    let erase = state.progressLine.isEmpty && !clears ? "" : "\r\u{1b}[K"
    let style = state.style
    let line = StatusStream.Line(text: erase + text + state.progressLine) { loss in
      let messages = HumanText.count(loss.count, "message")
      let text = "\(messages) could not be written here: \(loss.text("stderr"))"
      return style.logsJSON
        ? Console.jsonLine(.warning, text, [])
        : Console.textLine(.warning, text, colors: style.colors)
    }
    errors.add(line, weight)
  }

  // MARK: Results

  /// Writes an event to stdout, if events are wanted. One that finds no room is dropped and counted,
  /// as what anybody can cause must be.
  package func event(_ name: String, _ members: [(String, JSONValue)]) {
    guard style.eventsJSON else { return }
    output.add(Console.eventLine(name, members), .message)
  }

  /// Writes an event to stdout that says what has become of an object, if events are wanted, and waits
  /// while there is no room for it.
  func answer(_ name: String, _ members: [(String, JSONValue)]) async {
    guard style.eventsJSON else { return }
    await output.addWaiting(Console.eventLine(name, members))
  }

  /// Writes one of the few events at the end.
  func lastEvent(_ name: String, _ members: [(String, JSONValue)]) {
    guard style.eventsJSON else { return }
    output.add(Console.eventLine(name, members), .last)
  }

  private static func eventLine(
    _ name: String, _ members: [(String, JSONValue)]
  ) -> StatusStream.Line {
    StatusStream.Line(text: eventText(name, members)) { loss in
      eventText("lost", [("count", .unsigned(loss.count)), ("message", .text(text(loss)))])
    }
  }

  private static func eventText(_ name: String, _ members: [(String, JSONValue)]) -> String {
    let head: [(String, JSONValue)] = [
      ("event", .text(name)), ("v", 1), ("time", .text(Timestamp.now())),
    ]
    return JSONValue.object(head + members).line + "\n"
  }

  private static func text(_ loss: StatusStream.Loss) -> String {
    let events = HumanText.count(loss.count, "event")
    return "\(events) could not be written: \(loss.text("stdout"))"
  }

  /// Writes a result for people to stdout, unless events take its place. Blocks: it belongs to the end
  /// of a command that serves nobody.
  ///
  /// - Throws: `.outputFailed` when not all of it can be written.
  package func result(_ text: String) async throws(PouchError) {
    guard !style.eventsJSON else { return }
    showProgress("")
    await errors.drain()
    do throws(SystemOutput.Failure) {
      try SystemOutput.write(text + "\n", to: STDOUT_FILENO)
    } catch {
      throw error.error("stdout")
    }
  }

  // MARK: The end

  /// Finds out before anything is done whether there is a stdout for events.
  ///
  /// - Throws: `.outputFailed` when there is none; no event is tried then.
  func checkEvents() throws(PouchError) {
    guard style.eventsJSON else { return }
    do throws(PouchError) {
      try StandardDescriptors.checkOutput()
    } catch {
      style.eventsJSON = false
      throw error
    }
  }

  /// Lets what was said be written, and says whether events were lost.
  ///
  /// - Parameter status: How the command ends but for that.
  /// - Returns: How it ends.
  package func finish(_ status: ExitStatus) async -> ExitStatus {
    let patience = state.withLock { $0.patience }
    await flush(within: patience)
    // Whoever reads events and goes away has lost interest; the objects still matter.
    guard let loss = output.loss, !loss.isOfReader else { return status }
    fail(Console.text(loss), hint: "what they told is missing from stdout, and nowhere else")
    await flush(within: patience)
    return status == .success ? .outputFailed : status
  }

  /// Whether all that was said has been written.
  var isFlushed: Bool { output.isIdle && errors.isIdle }

  /// Bounds the time in which what was said is written at the end.
  func hurry(_ patience: Duration) { state.withLock { $0.patience = patience } }

  /// Lets what was said be written, as far as it is within some time.
  ///
  /// - Parameter limit: nil for as long as it takes.
  func flush(within limit: Duration?) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        await self.output.drain()
        await self.errors.drain()
      }
      if let limit { group.addTask { try? await Task.sleep(for: limit) } }
      await group.next()
      group.cancelAll()
    }
  }

  /// A logger that writes here, for libraries that want one.
  var logger: Logger {
    Logger(label: command) { _ in ConsoleLogHandler(console: self) }
  }
}

extension StatusStream.Loss {
  /// Whether what read the descriptor has gone away.
  fileprivate var isOfReader: Bool {
    if case .failure(let failure) = reason { failure.number == EPIPE } else { false }
  }

  /// Why, for people.
  ///
  /// - Parameter name: What the descriptor is called.
  fileprivate func text(_ name: String) -> String {
    switch reason {
    case .failure(let failure): "\(failure.error(name))"
    case .full: "what reads \(name) was too slow"
    }
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
