internal import Pouch
package import PouchConfiguration
package import PouchCore

/// What `pouch-receive` does.
package struct ReceiveCommand: Command {
  package let common: CommandRequest
  package let console: Console

  package init(_ request: CommandRequest, _ console: Console) {
    common = request
    self.console = console
  }

  package func configuration() throws(ConfigurationErrors) -> ReceiverConfiguration {
    try common.reader.receiver()
  }

  package func work(
    _ configuration: ReceiverConfiguration
  ) async throws(PouchError) -> ExitStatus {
    console.apply(configuration.log)
    var options = try ReceiverOptions(configuration)
    options.transports.admit(common.allowedUsers)
    let destination = try destination(configuration.output)
    if case .standardOutput(let form) = destination, form != .raw {
      // Each object is held in memory: what is announced is what is taken.
      options.limits.stream = min(
        options.limits.stream ?? .max, UInt64(configuration.limits.object))
    }
    if common.isCheck {
      let checked = options
      return try await check(configuration.endpoints, options.tls) {
        check throws(PouchError) in try await check.connect(checked)
      }
    }
    let store: any ObjectStore =
      switch destination {
      case .directory(let path):
        FileStore(
          directory: try OutputDirectory(path, onConflict: configuration.output.onConflict))
      case .standardOutput(let form):
        try StandardOutputStore(
          form == .raw
            ? nil
            : LineWriter(
              form, isStrict: configuration.output.isStrict,
              longest: configuration.limits.object),
          share: configuration.output.spill,
          directory: Environment.all["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp",
          patience: configuration.timeouts.body)
      }
    let receiving = Receiving(
      endpoints: configuration.endpoints, options: options, store: store,
      count: configuration.output.count, progress: common.progress, console)
    let signal = await Lifecycle.run(receiving, drain: options.timeouts.drain, console) {
      receiving.giveUp($0)
    }
    return receiving.conclude(signal)
  }

  private enum Destination {
    case directory(String)
    case standardOutput(OutputSettings.Form)
  }

  /// Where objects go.
  private func destination(_ output: OutputSettings) throws(PouchError) -> Destination {
    if let directory = output.directory { return .directory(directory) }
    guard let form = output.form else {
      throw PouchError(
        .usage, "nothing says where objects go",
        hint: "add --output DIR, or for stdout --lines, --diagnostic or --raw")
    }
    if console.style.eventsJSON {
      throw PouchError(
        .usage, "--\(form.rawValue) and --json both write to stdout", hint: "keep one of them")
    }
    return .standardOutput(form)
  }
}
