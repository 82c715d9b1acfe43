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
    try checkAttachments(configuration.input)
    let inputs = try InputFile.find(request.paths, nameOfStandardInput: request.name)
    let attached = try request.attachments.map { (path) throws(PouchError) in
      try HomeDirectory.expand(path)
    }
    let attachments = try InputFile.find(attached, nameOfStandardInput: nil)
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
      total: isBroadcast ? nil : total(inputs + attachments))
    let readingMeter = isBroadcast ? ProgressMeter(.none, console, phase: .reading) : meter
    let feed = ObjectFeed(
      inputs, attachments: attachments, headers: request.headers, settings: configuration.input,
      framing: configuration.framing, longest: configuration.limits.object,
      streams: !isBroadcast, meter: readingMeter, interrupt: interrupt)
    let drain = options.timeouts.drain
    if isBroadcast {
      let broadcasting = Broadcasting(
        feed: feed, endpoints: configuration.endpoints.endpoints, options: options,
        delivery: configuration.delivery, limit: configuration.limits.object,
        meter: meter, interrupt: interrupt, console)
      let signal = await Lifecycle.run(broadcasting, drain: drain, console) {
        broadcasting.giveUp($0)
      }
      return broadcasting.conclude(signal)
    }
    let sending = Sending(
      feed: feed, endpoints: configuration.endpoints, options: options,
      timeout: configuration.delivery.timeout, meter: meter, interrupt: interrupt, console)
    let signal = await Lifecycle.run(sending, drain: drain, console) { sending.giveUp($0) }
    return sending.conclude(signal)
  }

  /// What travels beside an object has no place in `length10`.
  private func checkAttributes(_ framing: Framing) throws(PouchError) {
    guard framing == .length10 else { return }
    let given = [
      ("--attach", !request.attachments.isEmpty), ("--header", !request.headers.isEmpty),
      ("--name", request.name != nil),
    ]
    guard let option = given.first(where: { $0.1 })?.0 else { return }
    throw PouchError(
      .usage, "\(option) has no meaning with length10: nothing travels beside an object",
      hint: "remove it")
  }

  /// Attachments belong to one object.
  private func checkAttachments(_ input: InputSettings) throws(PouchError) {
    if request.attachments.isEmpty { return }
    guard request.paths.count == 1, !input.isEachLine else {
      throw PouchError(
        .usage, "--attach puts files beside one object", hint: "send each object by itself")
    }
    guard (request.paths + request.attachments).count(where: { $0 == InputFile.standardInput }) <= 1
    else { throw PouchError(.usage, "standard input can be sent once") }
  }

  /// How much there is to send in bytes, when all of it is known.
  private func total(_ inputs: [InputFile]) -> UInt64? {
    let sizes = inputs.map(\.size)
    return sizes.contains(nil) ? nil : sizes.reduce(0) { $0 + ($1 ?? 0) }
  }
}
