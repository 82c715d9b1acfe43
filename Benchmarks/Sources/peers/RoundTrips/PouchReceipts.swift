import Pouch

/// Pouch as it answers by itself: the object there, and the word back that its handler is done.
struct PouchReceipts: Contender {
  let carrier: Carrier
  let name = "pouch, receipt"
  let summary = "send, and the receipt that the receiver's handler has finished with the object"

  func measure(seconds: Double) async throws -> Double {
    let link = PouchLink(carrier: carrier, acknowledge: .processed)
    let serve: @Sendable (Receiver) async throws -> Void = { receiver in
      try await receiver.run { delivery in
        guard delivery.payload.count == Load.block else {
          throw VerificationError(reason: "\(delivery.payload.count) bytes arrived")
        }
      }
    }
    return try await link.withReceiver(serve) { endpoint in
      try await withSender(to: endpoint, options: link.sending) { sender in
        var meter = RoundTripMeter(seconds: seconds)
        while let object = meter.next() {
          let receipt = try await sender.send(
            withUnsafeBytes(of: object) { Bytes(copying: $0) })
          try await receipt.processed()
          try withUnsafeBytes(of: object) { try meter.take($0) }
        }
        return try meter.median()
      }
    }
  }
}
