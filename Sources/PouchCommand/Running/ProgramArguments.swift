package import ArgumentParser
internal import Glibc
internal import PouchCore

/// The arguments of this process, which are bytes.
enum ProgramArguments {
  /// All but the program's name. The standard library's `CommandLine.arguments` puts U+FFFD in the
  /// place of what is not UTF-8, and so names another file.
  static func read() -> [String] {
    let arguments = UnsafeBufferPointer(
      start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
    return arguments.dropFirst().compactMap { argument in
      argument.map { SystemText.text(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
    }
  }
}

extension String {
  /// Whether an argument is text, and not bytes that are no UTF-8.
  package var isText: Bool { SystemText.isUTF8(self) }
}

extension AsyncParsableCommand {
  /// Runs the command with the arguments of this process, and ends it.
  ///
  /// - Parameters:
  ///   - lists: The options whose values are an `ArgumentList`.
  ///   - joinsRest: Whether the command's own arguments are, too.
  package static func start(lists: Set<String> = [], joinsRest: Bool = false) async {
    do {
      let arguments = ArgumentList.join(
        ProgramArguments.read(), options: lists, joinsRest: joinsRest)
      var command = try parseAsRoot(arguments)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error)
    }
  }
}

extension ParsableCommand {
  /// Runs the command with the arguments of this process, and ends it.
  ///
  /// - Parameter joinsRest: Whether the arguments that belong to no option are an `ArgumentList`.
  package static func start(joinsRest: Bool) {
    do {
      let arguments = ArgumentList.join(
        ProgramArguments.read(), options: [], joinsRest: joinsRest)
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch {
      end(with: error)
    }
  }

  /// Ends the process as the parser does.
  fileprivate static func end(with error: any Error) -> Never {
    let text = fullMessage(for: error)
    guard !SystemText.isUTF8(text) else { exit(withError: error) }
    try? SystemOutput.write(SystemText.readable(text) + "\n", to: STDERR_FILENO)
    Glibc.exit(exitCode(for: error).rawValue)
  }
}
