import Pouch

/// Pouch, an object there and the object back: a connection for each direction, both dialled by
/// the side that asks.
struct PouchRoundTrips: Contender {
  let carrier: Carrier
  let name = "pouch"
  let summary = "send, and a handler that sends the object back over a connection of its own"

  func measure(seconds: Double) async throws -> Double {
    let link = PouchLink(carrier: carrier)
    let (bound, announceBound) = AsyncStream.makeStream(of: Endpoint.self)
    var options = link.sending
    options.onEvent = { event in
      if case .listening(let endpoint) = event { announceBound.yield(endpoint) }
    }
    // The answering side: a sender that listens, and a receiver that listens.
    return try await withSender(listeningOn: [link.endpoint], options: options) { answering in
      let serve: @Sendable (Receiver) async throws -> Void = { receiver in
        try await receiver.run { delivery async throws in
          try await answering.send(delivery.payload)
        }
      }
      return try await link.withReceiver(serve) { endpoint in
        try await withSender(to: endpoint, options: link.sending) { asking in
          var endpoints = bound.makeAsyncIterator()
          guard let back = await endpoints.next() else {
            throw VerificationError(reason: "the sender bound nothing")
          }
          return try await ask(asking, back, link, seconds)
        }
      }
    }
  }

  private func ask(
    _ sender: Sender, _ back: Endpoint, _ link: PouchLink, _ seconds: Double
  ) async throws -> Double {
    let reply = Reply()
    var options = link.receiving
    options.onEvent = { event in
      if case .disconnected(_, let error) = event { reply.fail(error) }
    }
    let receiver = Receiver(dialling: [back], options: options)
    async let received: Void = receiver.run { delivery in reply.set(delivery.payload) }
    defer { receiver.stop() }
    var meter = RoundTripMeter(seconds: seconds)
    while let object = meter.next() {
      try await sender.send(withUnsafeBytes(of: object) { Bytes(copying: $0) })
      try await reply.get().withUnsafeBytes { try meter.take($0) }
    }
    receiver.stop()
    try await received
    return try meter.median()
  }
}
