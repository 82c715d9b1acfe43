internal import Pouch
internal import PouchConfiguration
internal import PouchCore
internal import PouchTLS

/// Checks what a run would need beside its configuration.
struct SettingsCheck: Sendable {
  let endpoints: EndpointSettings
  let console: Console

  init(_ endpoints: EndpointSettings, _ console: Console) {
    self.endpoints = endpoints
    self.console = console
  }

  /// Reads what the settings name, as a run would.
  ///
  /// - Throws: What the run would throw.
  func run(_ tls: TLSSettings?) throws(PouchError) {
    if let tls {
      let role: TLSRole = if case .listen = endpoints { .server } else { .client }
      _ = try TLSContext(tls, role: role)
    }
    console.log(.info, "the settings are good")
  }

  /// Connects as a sender to each endpoint, or binds it, and lets go again.
  func connect(_ options: SenderOptions) async throws(PouchError) {
    switch endpoints {
    case .listen(let endpoints):
      var receiving = ReceiverOptions()
      receiving.tls = options.tls
      receiving.transports = options.transports
      try await bind(endpoints, receiving)
    case .connect(let endpoints):
      for endpoint in endpoints {
        try await ConnectionCheck(endpoint, console).run { report throws(PouchError) in
          var options = options
          options.onEvent = report
          do {
            try await withSender(to: endpoint, options: options) { _ in }
          } catch {
            throw error as? PouchError ?? PouchError(.internal, "\(error)")
          }
        }
      }
    }
  }

  /// Connects as a receiver to each endpoint, or binds it, and lets go again.
  func connect(_ options: ReceiverOptions) async throws(PouchError) {
    switch endpoints {
    case .listen(let endpoints): try await bind(endpoints, options)
    case .connect(let endpoints):
      for endpoint in endpoints {
        try await ConnectionCheck(endpoint, console).run { report throws(PouchError) in
          let link = ReceiverLink()
          var options = options
          options.onEvent = { event in
            report(event)
            if case .connected = event { link.receiver?.stop() }
          }
          let receiver = Receiver(dialling: [endpoint], options: options)
          link.receiver = receiver
          try await receiver.runStreamed { _ in
            throw Refusal(code: "refused", isRetryable: true, text: "this is only a check")
          }
        }
      }
    }
  }

  private func bind(
    _ endpoints: [Endpoint], _ options: ReceiverOptions
  ) async throws(PouchError) {
    let receiver = Receiver(listening: endpoints, options: options)
    defer { receiver.stop() }
    for endpoint in try await receiver.bind() { console.log(.info, "bind: \(endpoint)") }
  }
}
