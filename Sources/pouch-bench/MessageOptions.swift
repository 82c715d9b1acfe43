import ArgumentParser
import Glibc
import PouchCommand

/// How the command tells what it does; its results are on stdout whatever is said here.
struct MessageOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  @Option(help: "Colour messages; auto: on a terminal, unless NO_COLOR is set.")
  var color = StatusOptions.When.auto

  func makeConsole(_ environment: [String: String]) -> Console {
    var style = Console.Style()
    style.level = quiet ? .error : .info
    switch color {
    case .always: style.colors = true
    case .never: style.colors = false
    case .auto:
      style.colors = isTerminal(environment) && (environment["NO_COLOR"] ?? "").isEmpty
    }
    return Console(command: "pouch-bench", style: style)
  }

  func progressStyle(
    _ when: StatusOptions.When, _ environment: [String: String]
  ) -> ProgressStyle {
    switch when {
    case .never: .none
    case .always: isTerminal(environment) ? .line : .lines
    case .auto: isTerminal(environment) && !quiet ? .line : .none
    }
  }

  private func isTerminal(_ environment: [String: String]) -> Bool {
    isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb"
  }
}
