/// NNG, from a pair socket to another and back.
struct NNGRoundTrips: Contender {
  let carrier: Carrier
  let name = "NNG"
  var summary: String { "version \(NNGObjects.version), pair to pair" }

  func measure(seconds: Double) async throws -> Double {
    let (client, server) = try NNGSocket.pair(.pair, carrier, nil)
    async let answered: Void = onThread {
      var isOver = false
      while !isOver {
        var object = SIMD8<UInt64>()
        var count = 0
        try server.receive { arrived in
          count = arrived.count
          if count == Load.block { object = arrived.loadUnaligned(as: SIMD8<UInt64>.self) }
        }
        // An empty message is the end.
        isOver = count == 0
        if !isOver {
          try server.send(size: count) { $0.storeBytes(of: object, as: SIMD8<UInt64>.self) }
        }
      }
    }
    let median = try await onThread {
      var meter = RoundTripMeter(seconds: seconds)
      while let object = meter.next() {
        try client.send(size: Load.block) { $0.storeBytes(of: object, as: SIMD8<UInt64>.self) }
        var fault: VerificationError?
        try client.receive { reply in
          do throws(VerificationError) { try meter.take(reply) } catch { fault = error }
        }
        if let fault { throw fault }
      }
      try client.send(size: 0) { _ in }
      return try meter.median()
    }
    try await answered
    return median
  }
}
