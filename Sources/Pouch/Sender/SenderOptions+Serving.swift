import PouchCore

extension SenderOptions {
  /// - Throws: `.configuration` for a pipeline that the framing cannot carry.
  func checkFraming() throws(PouchError) {
    guard framing == .length10, let stage = pipeline.first else { return }
    throw PouchError(
      .configuration, "the framing length10 has no pipeline, and '\(stage.name)' is in it",
      hint: "use the framing pouch, or an empty pipeline", stage: stage.name)
  }

  func makeServer() -> Server {
    Server(
      framing: framing, limits: limits, timeouts: timeouts, transports: transports, tls: tls,
      onEvent: onEvent)
  }

  func makeOffer() -> Handshake.Offer {
    Handshake.Offer(
      role: .sender, id: Identity.process, software: "pouch/\(PouchVersion.text)",
      frame: limits.frame, object: nil,
      heartbeat: UInt64(timeouts.heartbeat / .milliseconds(1)), stages: pipeline,
      acknowledge: acknowledge, window: window,
      accept: { _ throws(PouchError) in
        throw PouchError(.protocolMismatch, "a sender accepts no pipeline")
      })
  }
}
