import PouchCore
import PouchSockets
import Testing

@testable import PouchTLS

/// Other implementations of TLS, or other ways to use the same one.
@Suite(.timeLimit(.minutes(1))) struct InteroperabilityTests {
  private struct Served: Sendable {
    var text: String
    var peer: PeerIdentity
    var error: PouchError?
  }

  /// Accepts one stream, reads a line, answers with it in brackets, and ends the stream.
  private func serveOnce(
    _ listener: TLSListener<SocketListener>
  ) async throws -> Served {
    let stream = try await listener.accept()
    defer { stream.close() }
    var text: [UInt8] = []
    let error = await outcome { () async throws(PouchError) in
      try await stream.handshake()
      while !text.contains(0x0A) {
        var buffer = ByteBuffer()
        if try await stream.read(into: &buffer) == 0 { break }
        text += buffer.freeze().array
      }
      try await stream.write([Bytes(utf8: "["), Bytes(text), Bytes(utf8: "]\n")])
      try await stream.finish()
      // The other side's answer, so that nothing is lost in a reset.
      _ = try await stream.collect()
    }
    return Served(text: String(decoding: text, as: UTF8.self), peer: stream.peer, error: error)
  }

  private func listen(
    _ policy: TLSPolicy = .modern
  ) async throws -> TLSListener<SocketListener> {
    let settings = try Credentials.shared.get().settings("receiver").with { $0.policy = policy }
    return try await TLSTransport(over: TCPTransport(), settings: settings)
      .listen(on: .tls("127.0.0.1", 0))
  }

  private func clientArguments(_ listener: TLSListener<SocketListener>) throws -> [String] {
    let shared = try Credentials.shared.get()
    return [
      "s_client", "-connect", "127.0.0.1:\(listener.endpoint.port ?? 0)", "-CAfile", shared.trust,
      "-verify_return_error", "-cert", shared.directory.file("sender.pem"),
      "-key", shared.directory.file("sender.key"),
    ]
  }

  private static let hasOpenSSL = Comment("openssl is not in the path")
  private static let hasGnuTLS = Comment("gnutls-cli (Debian's gnutls-bin) is not in the path")

  @Test(.enabled(if: Tool.openssl.isInstalled, hasOpenSSL))
  func `openssl s_client is served`() async throws {
    let listener = try await listen()
    defer { listener.close() }
    async let served = serveOnce(listener)
    let tool = try await Tool.openssl.run(
      clientArguments(listener) + ["-quiet", "-ign_eof", "-alpn", "pouch/1"], input: "hello\n")
    #expect(tool.output.contains("[hello\n]"))
    #expect(try await served.text == "hello\n")
    #expect(try await served.peer.names == ["sender"])
  }

  @Test(.enabled(if: Tool.openssl.isInstalled, hasOpenSSL))
  func `openssl s_client gets its new keys when it asks for them`() async throws {
    let listener = try await listen()
    defer { listener.close() }
    async let served = serveOnce(listener)
    // A line with K alone asks for new keys in both directions. The answer comes with the next
    // record, as RFC 8446 allows.
    let output = try await Tool.openssl.converse(
      clientArguments(listener) + ["-alpn", "pouch/1", "-msg"],
      [("Verify return code", "K"), ("KeyUpdate", "hello")])
    #expect(output.contains("[hello"))
    let updates = output.split(separator: "\n").filter { $0.contains("KeyUpdate") }
    #expect(updates.contains { $0.hasPrefix(">>>") })
    #expect(updates.contains { $0.hasPrefix("<<<") })
    #expect(try await served.error == nil)
  }

  @Test(.enabled(if: Tool.openssl.isInstalled, hasOpenSSL))
  func `no session can be resumed and no early data is taken`() async throws {
    let listener = try await listen()
    defer { listener.close() }
    async let served = serveOnce(listener)
    let tool = try await Tool.openssl.run(
      clientArguments(listener) + ["-ign_eof", "-alpn", "pouch/1", "-msg"], input: "hello\n")
    #expect(!tool.output.contains("NewSessionTicket"))
    #expect(tool.output.contains("[hello\n]"))
    _ = try await served
  }

  @Test(
    .enabled(if: Tool.openssl.isInstalled, hasOpenSSL),
    arguments: [[], ["-alpn", "h2,http/1.1"], ["-alpn", "pouch/2"]])
  func `a client that does not speak pouch is refused and told so`(
    protocols: [String]
  ) async throws {
    let listener = try await listen()
    defer { listener.close() }
    async let served = serveOnce(listener)
    let tool = try await Tool.openssl.run(clientArguments(listener) + protocols, input: "hello\n")
    #expect(tool.output.contains("no application protocol"))
    let error = try await served.error
    #expect(error?.code == .protocolMismatch)
    let offer = protocols.last.map { "it offers '\($0.replacing(",", with: ", "))'" }
    #expect(error?.message.contains(offer ?? "it offers none") == true, "\(error?.message ?? "")")
  }

  @Test(
    .enabled(if: Tool.openssl.isInstalled, hasOpenSSL),
    arguments: ["-tls1", "-tls1_1", "-tls1_2"])
  func `a client of an older version is refused and told so`(version: String) async throws {
    let listener = try await listen()
    defer { listener.close() }
    async let served = serveOnce(listener)
    let tool = try await Tool.openssl.run(
      clientArguments(listener) + ["-alpn", "pouch/1", version, "-cipher", "DEFAULT@SECLEVEL=0"],
      input: "hello\n")
    #expect(tool.output.contains("alert protocol version"))
    let error = try await served.error
    #expect(error?.code == .security)
    #expect(error?.cause?.contains("unsupported protocol") == true)
  }

  @Test(.enabled(if: Tool.openssl.isInstalled, hasOpenSSL))
  func `the compatible policy takes TLS 1.2 and refuses to negotiate again`() async throws {
    let listener = try await listen(.compatible2026)
    defer { listener.close() }
    async let served = serveOnce(listener)
    let tool = try await Tool.openssl.run(
      clientArguments(listener) + ["-quiet", "-ign_eof", "-alpn", "pouch/1", "-tls1_2"],
      input: "hello\n")
    #expect(tool.output.contains("[hello\n]"))
    #expect(try await served.peer.security?.version == "TLSv1.2")
    #expect(try await served.peer.names == ["sender"])

    async let again = serveOnce(listener)
    // A line with R alone asks to negotiate again.
    let output = try await Tool.openssl.converse(
      clientArguments(listener) + ["-alpn", "pouch/1", "-tls1_2"],
      [("Verify return code", "R")])
    #expect(output.contains("no renegotiation"))
    #expect(try await again.error?.message.contains("negotiate again") == true)
  }

  /// `-rev` answers each line reversed.
  private func serverArguments(_ name: String) throws -> [String] {
    let shared = try Credentials.shared.get()
    return [
      "s_server", "-accept", "127.0.0.1:0", "-CAfile", shared.trust, "-Verify", "2",
      "-verify_return_error", "-cert", shared.directory.file("\(name).pem"),
      "-key", shared.directory.file("\(name).key"), "-rev",
    ]
  }

  private func connect(_ port: UInt16) async throws(PouchError) -> TLSStream<SocketStream> {
    let settings: TLSSettings
    do {
      settings = try Credentials.shared.get().settings("sender")
    } catch {
      throw PouchError(.internal, "no credentials: \(error)")
    }
    return try await TLSTransport(over: TCPTransport(), settings: settings)
      .connect(to: .tls("127.0.0.1", port))
  }

  @Test(.enabled(if: Tool.openssl.isInstalled, hasOpenSSL))
  func `openssl s_server is understood, tickets included`() async throws {
    let answer = try await Tool.openssl.serve(
      serverArguments("receiver") + ["-alpn", "pouch/1"]
    ) { port in
      let client = try await connect(port)
      defer { client.close() }
      try await client.handshake()
      #expect(client.peer.names.contains("127.0.0.1"))
      try await client.write([Bytes(utf8: "hello\n")])
      return try await client.collect(6)
    }
    #expect(answer == Array("olleh\n".utf8))
  }

  @Test(
    .enabled(if: Tool.openssl.isInstalled, hasOpenSSL),
    arguments: [
      (["-alpn", "pouch/1", "-tls1_2"], PouchError.Code.security, "protocol version"),
      (["-alpn", "h2"], .protocolMismatch, "no application protocol"),
      ([], .protocolMismatch, "(ALPN)"),
    ])
  func `a server that is too old or no pouch is refused`(
    options: [String], code: PouchError.Code, text: String
  ) async throws {
    try await Tool.openssl.serve(serverArguments("receiver") + options) { port in
      let client = try await connect(port)
      defer { client.close() }
      let error = await outcome { () async throws(PouchError) in try await client.handshake() }
      #expect(error?.code == code)
      #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
    }
  }

  @Test(.enabled(if: Tool.openssl.isInstalled, hasOpenSSL))
  func `a server with the wrong name is refused`() async throws {
    try await Tool.openssl.serve(serverArguments("sender") + ["-alpn", "pouch/1"]) { port in
      let client = try await connect(port)
      defer { client.close() }
      let error = await outcome { () async throws(PouchError) in try await client.handshake() }
      #expect(error?.code == .security)
      #expect(error?.hint?.contains("the certificate has sender; '127.0.0.1' was asked") == true)
    }
  }

  @Test(.enabled(if: Tool.gnutls.isInstalled, hasGnuTLS))
  func `gnutls-cli is served`() async throws {
    let shared = try Credentials.shared.get()
    let listener = try await listen()
    defer { listener.close() }
    async let served = serveOnce(listener)
    let tool = try await Tool.gnutls.run(
      [
        "--x509cafile", shared.trust, "--x509certfile", shared.directory.file("sender.pem"),
        "--x509keyfile", shared.directory.file("sender.key"), "--alpn", "pouch/1",
        "--no-ca-verification", "-p", "\(listener.endpoint.port ?? 0)", "127.0.0.1",
      ], input: "hello\n")
    #expect(tool.output.contains("(TLS1.3"))
    #expect(try await served.text == "hello\n")
    #expect(try await served.peer.names == ["sender"])
  }
}
