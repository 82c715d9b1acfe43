import Glibc
import PouchCore
import Testing

@testable import PouchSockets

@Suite("Listening at a host", .timeLimit(.minutes(1)))
struct ListeningTests {
  private let transport = TCPTransport()

  @Test("binds every address that its name has, all at one port, and accepts at each")
  func everyAddress() async throws {
    try await withReactor(loops: 1) { reactor in
      let listener = try listen("both", ["127.0.0.1", "::1"], reactor)
      let port = try #require(listener.endpoint.port)
      #expect(port != 0 && listener.endpoint == .tcp("both", port))
      #expect(listener.addresses == ["127.0.0.1:\(port)", "[::1]:\(port)"])
      // Twice at one of them: no address is left behind another.
      for host in ["127.0.0.1", "::1", "::1", "127.0.0.1"] {
        let client = try await transport.connect(to: .tcp(host, port))
        let server = try await listener.accept()
        #expect(server.peer.address.hasPrefix(host == "::1" ? "[::1]:" : "127.0.0.1:"))
        client.close()
        server.close()
      }
      listener.close()
      for host in ["127.0.0.1", "::1"] {
        let error = await failure { _ = try await transport.connect(to: .tcp(host, port)) }
        #expect(error?.code == .unreachable)
      }
      let error = await failure { _ = try await listener.accept() }
      #expect(error?.code == .closed)
    }
  }

  @Test("waits at all of its addresses at once, until it is cancelled", arguments: 0..<2)
  func waiting(_ chosen: Int) async throws {
    try await withReactor(loops: 1) { reactor in
      let listener = try listen("both", ["127.0.0.1", "::1"], reactor)
      let port = try #require(listener.endpoint.port)
      let host = ["127.0.0.1", "::1"][chosen]
      async let accepted = listener.accept()
      let client = try await transport.connect(to: .tcp(host, port))
      #expect(try await accepted.peer.address.hasPrefix(host == "::1" ? "[::1]:" : "127.0.0.1:"))
      client.close()
      let cancelled = Task { await failure { _ = try await listener.accept() } }
      cancelled.cancel()
      #expect(await cancelled.value?.code == .cancelled)
      listener.close()
    }
  }

  @Test("binds nothing when one address cannot be bound, and says which and why")
  func allOrNothing() async throws {
    try await withReactor(loops: 1) { reactor in
      let free = try listen("127.0.0.1", ["127.0.0.1"], reactor)
      let port = try #require(free.endpoint.port)
      free.close()
      // A documentation network's (RFC 5737), which nobody has.
      let error = await failure {
        _ = try listen("far", port: port, ["127.0.0.1", "192.0.2.1"], reactor)
      }
      #expect(error?.code == .configuration)
      #expect(error?.cause == "192.0.2.1:\(port): Cannot assign requested address")
      #expect(error?.hint != nil)
      try listen("127.0.0.1", port: port, ["127.0.0.1"], reactor).close()
    }
  }

  @Test("gives up, with the reason, when no port is free at every address")
  func noCommonPort() async throws {
    try await withReactor(loops: 1) { reactor in
      // The second is taken by the first, whatever the port.
      let error = await failure {
        _ = try listen("twice", ["127.0.0.1", "127.0.0.1"], reactor)
      }
      #expect(error?.code == .configuration)
      #expect(error?.message.contains("16 free ports") == true)
    }
  }

  @Test("at '*' is at every address of both families, and nobody can connect to '*'")
  func star() async throws {
    let listener = try await transport.listen(on: .tcp("*", 0))
    let port = try #require(listener.endpoint.port)
    #expect(listener.endpoint == .tcp("::", port))
    for host in ["127.0.0.1", "127.0.0.2", "::1"] {
      let client = try await transport.connect(to: .tcp(host, port))
      _ = try await listener.accept()
      client.close()
    }
    listener.close()
    let error = await failure { _ = try await transport.connect(to: .tcp("*", port)) }
    #expect(error?.code == .usage)
  }

  @Test("and connecting keep to loopback, where that is asked for, by the addresses that are used")
  func loopback() async throws {
    try await withReactor(loops: 1) { reactor in
      var transport = TCPTransport(reactor: reactor)
      transport.isKeptToLoopback = true
      for host in ["127.0.0.1", "127.0.1.1", "0x7f000001", "::1"] {
        let listener = try await transport.listen(on: .tcp(host, 0))
        try await transport.connect(to: listener.endpoint).close()
        listener.close()
      }
      for host in ["192.0.2.1", "0.0.0.0", "::", "*"] {
        let error = await failure { _ = try await transport.listen(on: .tcp(host, 0)) }
        #expect(error?.code == .configuration && error?.hint?.contains("--insecure") == true)
      }
      let nobody = try RawListener(isListening: false)
      defer { nobody.close() }
      // One of a name's addresses is enough to refuse it, before any is dialled.
      let mixed = try addresses(["127.0.0.1", "192.0.2.1"], nobody.port)
      let error = await failure {
        _ = try await transport.connect(
          to: .tcp("mixed", nobody.port), at: mixed, until: .now + .seconds(10),
          on: reactor.next())
      }
      #expect(error?.code == .configuration)
      #expect(error?.message.contains("('mixed' is 192.0.2.1)") == true)
    }
  }

  // MARK: Names of the test's own

  private func listen(
    _ host: String, port: UInt16 = 0, _ texts: [String], _ reactor: Reactor
  ) throws(PouchError) -> SocketListener {
    try transport.listen(
      on: .tcp(host, port), at: addresses(texts, port), reactor, reactor.next())
  }

  private func addresses(
    _ texts: [String], _ port: UInt16
  ) throws(PouchError) -> [SocketAddress] {
    var addresses: [SocketAddress] = []
    for text in texts {
      addresses += try Resolver.addressesNow(text, port, orThrow: .unreachable)
    }
    return addresses
  }
}
