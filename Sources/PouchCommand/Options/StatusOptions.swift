package import ArgumentParser
internal import Glibc
package import PouchConfiguration

/// How a command tells what it does.
package struct StatusOptions: ParsableArguments {
  /// When something is done that not every stderr can take.
  package enum When: String, ExpressibleByArgument, CaseIterable, Sendable {
    case auto, always, never
  }

  package enum LogFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text, json
  }

  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  package var quiet = false

  @Flag(name: .shortAndLong, help: "Say more: what was negotiated with whom.")
  package var verbose = false

  @Option(help: "Messages on stderr as text, or as one JSON object a line.")
  package var logFormat: LogFormat?

  @Option(help: "Show progress on stderr; auto: when it is a terminal.")
  package var progress = When.auto

  @Option(help: "Colour messages; auto: on a terminal, unless NO_COLOR is set.")
  package var color = When.auto

  @Flag(help: "Write events to stdout, one JSON object a line (docs/events.md).")
  package var json = false

  package init() {}

  package func validate() throws {
    if quiet, verbose { throw ValidationError("-q and -v exclude one another") }
  }

  /// What these options say of the configuration's settings.
  package var settings: [SettingOption] {
    var options: [SettingOption] = []
    if quiet { options.append(SettingOption("--quiet", "log.level", "error")) }
    if verbose { options.append(SettingOption("--verbose", "log.level", "debug")) }
    if let logFormat {
      options.append(SettingOption("--log-format", "log.format", logFormat.rawValue))
    }
    return options
  }

  /// The console that these options ask for, before a configuration says more.
  package func makeConsole(_ command: String, _ environment: [String: String]) -> Console {
    var style = Console.Style()
    style.level = quiet ? .error : verbose ? .debug : .info
    style.logsJSON = logFormat == .json
    style.eventsJSON = json
    switch color {
    case .always: style.colors = true
    case .never: style.colors = false
    case .auto:
      style.colors =
        isTerminal(environment) && (environment["NO_COLOR"] ?? "").isEmpty
    }
    return Console(command: command, style: style)
  }

  /// How progress is shown, if at all.
  package func progressStyle(_ environment: [String: String]) -> ProgressStyle {
    if json { return .events }
    switch progress {
    case .never: return .none
    case .always: return isTerminal(environment) ? .line : .lines
    case .auto: return isTerminal(environment) && !quiet ? .line : .none
    }
  }

  private func isTerminal(_ environment: [String: String]) -> Bool {
    isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb"
  }
}

extension Console {
  /// Takes over what the configuration, these options included, says of messages.
  package func apply(_ log: LogSettings) {
    var style = style
    style.level =
      switch log.level {
      case .error: .error
      case .warning: .warning
      case .notice: .notice
      case .info: .info
      case .debug: .debug
      case .trace: .trace
      }
    style.logsJSON = log.format == .json
    self.style = style
  }
}
