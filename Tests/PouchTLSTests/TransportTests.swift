import PouchCore
import PouchSockets
import Testing

@testable import PouchTLS

/// TLS over sockets, as users have it.
@Suite(.timeLimit(.minutes(1))) struct TransportTests {
  private typealias Stream = TLSStream<SocketStream>

  private func transport(_ name: String) throws -> TLSTransport<TCPTransport> {
    try TLSTransport(over: TCPTransport(), settings: Credentials.shared.get().settings(name))
  }

  @Test(arguments: ["localhost", "127.0.0.1", "::1"])
  func `a listener says its scheme and port, and proves its name`(host: String) async throws {
    let listener = try await transport("receiver").listen(on: .tls(host, 0))
    defer { listener.close() }
    #expect(listener.endpoint.scheme == .tls)
    #expect(listener.endpoint.host == host)
    #expect(listener.endpoint.port != 0)
    async let echoed: Void = {
      let server = try await listener.accept()
      try await server.handshake()
      try await server.echo()
    }()
    let client = try await transport("sender").connect(to: listener.endpoint)
    defer { client.close() }
    try await client.handshake()
    #expect(client.peer.names.contains(host))
    #expect(client.preferredExecutor != nil)
    let sent = pattern(5_000_000)
    async let received = client.collect()
    try await client.write([Bytes(sent)])
    try await client.finish()
    #expect(try await received == sent)
    try await echoed
  }

  @Test func `a peer that says nothing holds up nobody`() async throws {
    let listener = try await transport("receiver").listen(on: .tls("127.0.0.1", 0))
    defer { listener.close() }
    let port = try #require(listener.endpoint.port)
    let silent = try await TCPTransport().connect(to: .tcp("127.0.0.1", port))
    defer { silent.close() }
    let waiting = try await listener.accept()
    async let client: Stream = {
      let client = try await transport("sender").connect(to: listener.endpoint)
      try await client.handshake()
      return client
    }()
    let server = try await listener.accept()
    try await server.handshake()
    #expect(server.peer.names == ["sender"])
    server.close()
    waiting.close()
    try await client.close()
  }

  /// With session tickets, a server writes to a client that never reads; the client's close then
  /// resets the connection and the server loses what it has not read.
  @Test(arguments: 0..<20)
  func `all of 200,000 bytes arrive when the client closes without reading`(
    round: Int
  ) async throws {
    let listener = try await transport("receiver").listen(on: .tls("127.0.0.1", 0))
    defer { listener.close() }
    async let received: [UInt8] = {
      let server = try await listener.accept()
      defer { server.close() }
      try await server.handshake()
      return try await server.collect()
    }()
    let client = try await transport("sender").connect(to: listener.endpoint)
    try await client.handshake()
    let sent = pattern(200_000)
    try await client.write([Bytes(sent)])
    try await client.finish()
    client.close()
    #expect(try await received == sent)
  }

  @Test func `a refused client learns why over a real connection`() async throws {
    let stranger = try Credentials(Credentials.usual)
    let settings = stranger.settings("sender").with {
      $0.trust = try? Credentials.shared.get().trust
    }
    let listener = try await transport("receiver").listen(on: .tls("localhost", 0))
    defer { listener.close() }
    async let refused = {
      let server = try await listener.accept()
      defer { server.close() }
      return await outcome { () async throws(PouchError) in try await server.handshake() }
    }()
    let client = try await TLSTransport(over: TCPTransport(), settings: settings)
      .connect(to: listener.endpoint)
    defer { client.close() }
    try await client.handshake()
    #expect(try await refused?.code == .security)
    let told = await outcome { () async throws(PouchError) in _ = try await client.collect() }
    #expect(told?.code == .security)
    #expect(told?.cause?.contains("alert unknown ca") == true, "\(told?.cause ?? "")")
    #expect(told?.peer == client.peer.address)
  }

  @Test func `without a host in the endpoint the settings name the server`() async throws {
    let shared = try Credentials.shared.get()
    let memory = MemoryTransport()
    let server = TLSTransport(over: memory, settings: shared.settings("receiver"))
    let listener = try await server.listen(on: .memory("tls"))
    defer { listener.close() }
    #expect(listener.endpoint == .memory("tls"))
    let nameless = TLSTransport(over: memory, settings: shared.settings("sender"))
    let error = await outcome { () async throws(PouchError) in
      _ = try await nameless.connect(to: .memory("tls"))
    }
    #expect(error?.code == .configuration)
    let named = TLSTransport(
      over: memory, settings: shared.settings("sender").with { $0.serverName = "localhost" })
    let client = try await named.connect(to: .memory("tls"))
    defer { client.close() }
    _ = try await listener.accept()
    async let shaken: Void = {
      let stream = try await listener.accept()
      try await stream.handshake()
    }()
    try await client.handshake()
    try await shaken
  }

  @Test func `contexts are replaced for new streams, and bad ones are not taken`() async throws {
    let credentials = try Credentials(Credentials.usual)
    let transport = TLSTransport(
      over: TCPTransport(), settings: credentials.settings("receiver"))
    let listener = try await transport.listen(on: .tls("localhost", 0))
    defer { listener.close() }
    let old = try #require(try transport.context(for: .server).certificate?.serialNumber)

    try credentials.write("receiver.key", Array("broken".utf8), mode: 0o600)
    #expect(throws: PouchError.self) { try transport.replaceContext() }
    #expect(try transport.context(for: .server).certificate?.serialNumber == old)

    try transport.replaceContext(credentials.settings("sender"))
    let new = try transport.context(for: .server).certificate
    #expect(new?.names.map(\.description) == ["sender"])
    async let shaken: Stream = {
      let stream = try await listener.accept()
      try await stream.handshake()
      return stream
    }()
    let client = try await TLSTransport(
      over: TCPTransport(),
      settings: credentials.settings("sender").with { $0.serverName = "sender" }
    ).connect(to: listener.endpoint)
    try await client.handshake()
    #expect(client.peer.security?.serialNumber == new?.serialNumber)
    try await shaken.close()
    client.close()
  }
}
