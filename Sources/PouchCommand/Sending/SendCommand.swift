package import Pouch
package import PouchConfiguration
internal import PouchCore
internal import PouchSockets

/// What `pouch-send` does.
package struct SendCommand: Sendable {
  private let request: SendRequest
  private let console: Console

  package init(_ request: SendRequest, _ console: Console) {
    self.request = request
    self.console = console
  }

  /// Does what was asked.
  ///
  /// - Returns: The exit status; what went wrong has been told.
  package func run() async -> ExitStatus {
    do throws(PouchError) {
      return try await start()
    } catch {
      let status = ExitStatus(error.code)
      console.report(fatal: error, status)
      return status
    }
  }

  private func start() async throws(PouchError) -> ExitStatus {
    let configuration: SenderConfiguration
    do throws(ConfigurationErrors) {
      configuration = try request.reader.sender()
    } catch {
      return console.report(error)
    }
    console.apply(configuration.log)
    let inputs = try InputFile.find(request.paths, nameOfStandardInput: request.name)
    var options = try SenderOptions(configuration)
    options.transports.admit(request.allowedUsers)
    if request.isCheck {
      let check = SettingsCheck(configuration.endpoints, console)
      try check.run(options.tls)
      if request.connects { try await check.connect(options) }
      return .success
    }
    let sending = try Sending(
      inputs: inputs, headers: request.headers, endpoints: configuration.endpoints,
      options: options, timeout: configuration.delivery.timeout, progress: request.progress,
      console)
    let signal = await Lifecycle.run(sending, drain: options.timeouts.drain, console)
    return sending.conclude(signal)
  }
}

extension Console {
  /// Tells everything that is wrong with a configuration.
  package func report(_ errors: ConfigurationErrors) -> ExitStatus {
    let status = ExitStatus.configuration
    if style.logsJSON {
      fail(errors.description, hint: nil)
    } else {
      writeStatus(errors.description + "\n")
    }
    event(
      "error",
      [
        ("fatal", .bool(true)), ("exit", .integer(Int64(status.rawValue))),
        ("code", .text("configuration")), ("message", .text(errors.description)),
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
