internal import CNNG

/// NNG, from a push socket to a pull socket, a message for each object, made and looked at in
/// NNG's own memory.
struct NNGObjects: Workload {
  let carrier: Carrier
  let credentials: Credentials?
  var name: String { carrier == .tls ? "NNG TLS" : "NNG" }

  var summary: String {
    "version \(Self.version), push to pull, a message for each object"
      + (carrier == .tls ? ", TLS by mbed TLS, the server's certificate checked" : "")
  }

  static var version: String { String(cString: nng_version()) }

  func run(_ load: Load) async throws -> Meter {
    let (sender, receiver) = try NNGSocket.pair(.pipeline, carrier, credentials)
    async let sent: Void = onThread {
      for index in 0..<load.total {
        try sender.send(size: load.size) { object in load.write(index, object) }
      }
    }
    let meter = try await onThread {
      var meter = Meter(load)
      while !meter.isComplete { try receiver.receive { meter.add($0) } }
      return meter
    }
    try await sent
    return meter
  }
}
