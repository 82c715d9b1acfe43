internal import Pouch
package import PouchConfiguration
package import PouchCore

/// What `pouch-send` does.
package struct SendCommand: Command {
  private let request: SendRequest
  package let console: Console

  package init(_ request: SendRequest, _ console: Console) {
    self.request = request
    self.console = console
  }

  package var common: CommandRequest { request.common }

  package func configuration() throws(ConfigurationErrors) -> SenderConfiguration {
    try common.reader.sender()
  }

  package func work(
    _ configuration: SenderConfiguration
  ) async throws(PouchError) -> ExitStatus {
    console.apply(configuration.log)
    try checkAttributes(configuration.framing)
    let inputs = try InputFile.find(request.paths, nameOfStandardInput: request.name)
    var options = try SenderOptions(configuration)
    options.transports.admit(common.allowedUsers)
    if common.isCheck {
      let checked = options
      return try await check(configuration.endpoints, options.tls) {
        check throws(PouchError) in try await check.connect(checked)
      }
    }
    let interrupt = try Interrupt()
    let isBroadcast = configuration.delivery.isBroadcast
    // What is read once is sent many times: only that is progress.
    let meter = ProgressMeter(
      common.progress, console, phase: isBroadcast ? .reading : .connecting,
      total: isBroadcast ? nil : total(inputs))
    let readingMeter = isBroadcast ? ProgressMeter(.none, console, phase: .reading) : meter
    let feed = ObjectFeed(
      inputs, headers: request.headers, settings: configuration.input,
      framing: configuration.framing, longest: configuration.limits.object,
      streams: !isBroadcast, meter: readingMeter, interrupt: interrupt)
    let drain = options.timeouts.drain
    if isBroadcast {
      let broadcasting = Broadcasting(
        feed: feed, endpoints: configuration.endpoints.endpoints, options: options,
        delivery: configuration.delivery, limit: configuration.limits.object,
        meter: meter, interrupt: interrupt, console)
      return broadcasting.conclude(await Lifecycle.run(broadcasting, drain: drain, console))
    }
    let sending = Sending(
      feed: feed, endpoints: configuration.endpoints, options: options,
      timeout: configuration.delivery.timeout, meter: meter, interrupt: interrupt, console)
    return sending.conclude(await Lifecycle.run(sending, drain: drain, console))
  }

  /// What travels beside an object has no place in `length10`.
  private func checkAttributes(_ framing: Framing) throws(PouchError) {
    guard framing == .length10 else { return }
    let name = request.name == nil ? nil : "--name"
    guard let option = request.headers.isEmpty ? name : "--header" else { return }
    throw PouchError(
      .usage, "\(option) has no meaning with length10: nothing travels beside an object",
      hint: "remove it")
  }

  /// How much there is to send in bytes, when all of it is known.
  private func total(_ inputs: [InputFile]) -> UInt64? {
    let sizes = inputs.map(\.size)
    return sizes.contains(nil) ? nil : sizes.reduce(0) { $0 + ($1 ?? 0) }
  }
}
