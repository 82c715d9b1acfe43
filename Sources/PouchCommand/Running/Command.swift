internal import Pouch
package import PouchConfiguration
package import PouchCore
internal import PouchSockets
internal import PouchTLS

/// A command that reads a configuration and does what it says.
package protocol Command: Sendable {
  associatedtype Configuration: Sendable

  var common: CommandRequest { get }
  var console: Console { get }

  /// Reads the settings of the command's role.
  func configuration() throws(ConfigurationErrors) -> Configuration

  /// Does what was asked.
  ///
  /// - Returns: The exit status, when what it stands for has been told.
  func work(_ configuration: Configuration) async throws(PouchError) -> ExitStatus
}

extension Command {
  /// Does what was asked.
  ///
  /// - Returns: The exit status; what went wrong has been told.
  package func run() async -> ExitStatus {
    await Lifecycle.finish(await tryToRun(), console)
  }

  private func tryToRun() async -> ExitStatus {
    let configuration: Configuration
    do throws(ConfigurationErrors) {
      configuration = try self.configuration()
    } catch {
      return console.report(error)
    }
    do throws(PouchError) {
      try console.checkEvents()
      return try await work(configuration)
    } catch {
      let status = ExitStatus(error)
      console.report(fatal: error, status)
      return status
    }
  }

  /// Checks what a run would need, and starts nothing.
  ///
  /// - Parameter connect: Connects or binds, for `--check --connect`.
  func check(
    _ endpoints: EndpointSettings, _ tls: TLSSettings?,
    connect: (SettingsCheck) async throws(PouchError) -> Void
  ) async throws(PouchError) -> ExitStatus {
    let check = SettingsCheck(endpoints, console)
    try check.run(tls)
    if common.connects { try await connect(check) }
    return .success
  }
}

extension Console {
  /// Tells everything that is wrong with a configuration.
  package func report(_ errors: ConfigurationErrors) -> ExitStatus {
    let error = errors.error
    let status = ExitStatus(error)
    if style.logsJSON {
      fail(error.message, hint: nil)
    } else {
      writeStatus(error.message + "\n")
    }
    event(
      "error",
      [
        ("fatal", .bool(true)), ("exit", .integer(Int64(status.rawValue))),
        ("code", .text(error.code.description)), ("message", .text(error.message)),
      ])
    return status
  }
}

extension Transports {
  /// Lets only these users in over Unix sockets.
  package mutating func admit(_ users: Set<UInt32>?) {
    if let users { register(.unix, UnixTransport(allowedUsers: users)) }
  }
}
