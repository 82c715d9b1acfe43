internal import Pouch
internal import PouchConfiguration
internal import PouchCore

/// What `pouch-receive` does.
package struct ReceiveCommand: Sendable {
  private let request: ReceiveRequest
  private let console: Console

  package init(_ request: ReceiveRequest, _ console: Console) {
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
    let configuration: ReceiverConfiguration
    do throws(ConfigurationErrors) {
      configuration = try request.reader.receiver()
    } catch {
      return console.report(error)
    }
    console.apply(configuration.log)
    var options = try ReceiverOptions(configuration)
    options.transports.admit(request.allowedUsers)
    if request.isCheck {
      _ = try destination(configuration.output)
      let check = SettingsCheck(configuration.endpoints, console)
      try check.run(options.tls)
      if request.connects { try await check.connect(options) }
      return .success
    }
    let receiving = Receiving(
      endpoints: configuration.endpoints, options: options,
      store: try makeStore(configuration), count: configuration.output.count,
      progress: request.progress, console)
    let signal = await Lifecycle.run(receiving, drain: options.timeouts.drain, console)
    return receiving.conclude(signal)
  }

  private enum Destination {
    case directory(String)
    case raw
    case lines
  }

  /// Where objects go: exactly one of what can be asked for.
  private func destination(_ output: OutputSettings) throws(PouchError) -> Destination {
    var wanted: [(String, Destination)] = []
    if let directory = output.directory { wanted.append(("--output", .directory(directory))) }
    if request.isRaw { wanted.append(("--raw", .raw)) }
    if output.lines { wanted.append(("--lines", .lines)) }
    guard let first = wanted.first else {
      throw PouchError(
        .usage, "nothing says where objects go",
        hint: "add --output DIR, or --raw or --lines for stdout")
    }
    guard wanted.count == 1 else {
      throw PouchError(
        .usage, "\(wanted.map(\.0).joined(separator: " and ")) exclude one another",
        hint: "keep one of them")
    }
    if console.style.eventsJSON, first.0 != "--output" {
      throw PouchError(
        .usage, "\(first.0) and --json both write to stdout", hint: "keep one of them")
    }
    return first.1
  }

  private func makeStore(
    _ configuration: ReceiverConfiguration
  ) throws(PouchError) -> any ObjectStore {
    switch try destination(configuration.output) {
    case .directory(let path):
      FileStore(
        directory: try OutputDirectory(path, onConflict: configuration.output.onConflict))
    case .raw: StandardOutputStore(form: .raw, limit: configuration.limits.object)
    case .lines: StandardOutputStore(form: .lines, limit: configuration.limits.object)
    }
  }
}
