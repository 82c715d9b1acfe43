/// TLS as a program writes it that calls OpenSSL itself: blocking sockets, TLS 1.3, and the suite
/// that Pouch prefers.
struct BareOpenSSL: Workload {
  let credentials: Credentials
  let gathering: FramedObjects.Gathering

  var name: String { gathering == .none ? "OpenSSL, one SSL_write each" : "OpenSSL, batches" }

  var summary: String {
    "version \(OpenSSLContext.version), TLS 1.3, 4 bytes of length before each object, an"
      + " SSL_write for each " + (gathering == .none ? "object" : "64 KiB")
  }

  func run(_ load: Load) async throws -> Meter {
    let pair = try LoopbackSocket.pair(.tcp)
    let gathering = gathering
    let client = try OpenSSLContext(credentials, isServer: false)
    let server = try OpenSSLContext(credentials, isServer: true)
    async let sent: Void = onThread {
      let channel = try client.channel(pair.client)
      try channel.handshake()
      try FramedObjects.send(load, gathering, over: channel)
    }
    let meter = try await onThread {
      let channel = try server.channel(pair.server)
      try channel.handshake()
      return try FramedObjects.receive(load, over: channel)
    }
    try await sent
    return meter
  }
}
