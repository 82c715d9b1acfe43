internal import CZeroMQ

/// libzmq, from a PAIR socket to another and back: no envelope, no queue to choose from.
struct ZeroMQRoundTrips: Contender {
  let carrier: Carrier
  let name = "libzmq"
  var summary: String { "version \(ZeroMQObjects.version), PAIR to PAIR" }

  func measure(seconds: Double) async throws -> Double {
    let (client, server) = try ZeroMQSocket.pair((ZMQ_PAIR, ZMQ_PAIR), carrier, depth: 1000)
    async let answered: Void = onThread {
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128, alignment: 64)
      defer { buffer.deallocate() }
      while true {
        let object = try server.receive(into: buffer)
        // An empty message is the end.
        if object.isEmpty { break }
        try server.send(object)
      }
    }
    let median = try await onThread {
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128, alignment: 64)
      defer { buffer.deallocate() }
      var meter = RoundTripMeter(seconds: seconds)
      while let object = meter.next() {
        try withUnsafeBytes(of: object) { try client.send($0) }
        try meter.take(try client.receive(into: buffer))
      }
      try client.send(UnsafeRawBufferPointer(start: nil, count: 0))
      return try meter.median()
    }
    try await answered
    return median
  }
}
