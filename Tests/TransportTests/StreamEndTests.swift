import PouchCore
import Testing

@Suite("The end of a stream of every transport", .timeLimit(.minutes(1)))
struct StreamEndTests {
  @Test(
    "is a lost connection when the peer drops what it was sent", arguments: TransportKind.allCases)
  func reset(_ kind: TransportKind) async throws {
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        async let lost = code { _ = try await client.readToEnd() }
        // More than the first read has room for: the rest is unread when the stream is closed.
        try await client.write([Pattern().bytes(at: 0, 32 << 10)])
        var buffer = ByteBuffer()
        _ = try await server.read(into: &buffer)
        server.close()
        #expect(try await kind.codesOfAbruptEnd.contains(#require(lost)))
      }
    }
  }

  /// The kernel reports a reset once, to whoever asks first.
  @Test(
    "is a lost connection for the reader even after the writer saw it",
    arguments: TransportKind.allCases)
  func resetSeenByTheWriter(_ kind: TransportKind) async throws {
    let piece = Pattern().bytes(at: 0, 64 << 10)
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        try await client.write([piece])
        var buffer = ByteBuffer()
        _ = try await server.read(into: &buffer)
        server.close()
        let lost = await code { for _ in 0..<1024 { try await client.write([piece]) } }
        #expect(lost == .connectionLost)
        let ended = await code { _ = try await client.readToEnd() }
        #expect(try kind.codesOfAbruptEnd.contains(#require(ended)))
      }
    }
  }

  @Test("is a lost connection for a writer whose peer is gone", arguments: TransportKind.allCases)
  func writingToNobody(_ kind: TransportKind) async throws {
    let piece = Pattern().bytes(at: 0, 64 << 10)
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        server.close()
        let lost = await code { for _ in 0..<1024 { try await client.write([piece]) } }
        #expect(lost == .connectionLost)
        #expect(await code { try await client.write([piece]) } == .connectionLost)
      }
    }
  }

  @Test("wakes a blocked writer when the peer goes", arguments: TransportKind.allCases)
  func blockedWriter(_ kind: TransportKind) async throws {
    let piece = Pattern().bytes(at: 0, 64 << 10)
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        async let lost = code { for _ in 0..<1024 { try await client.write([piece]) } }
        // Once this much is here, the writer is on its way to where the buffers are full.
        var buffer = ByteBuffer()
        while buffer.count < 1 << 20 { _ = try await server.read(into: &buffer) }
        server.close()
        #expect(await lost == .connectionLost)
      }
    }
  }

  @Test("comes to who reads, writes or calls after close", arguments: TransportKind.allCases)
  func closed(_ kind: TransportKind) async throws {
    try await kind.withHarness { harness in
      try await harness.withPair { client, _ in
        client.close()
        client.close()
        #expect(await code { _ = try await client.readToEnd() } == .closed)
        #expect(await code { try await client.write("too late") } == .closed)
        #expect(await code { try await client.finish() } == .closed)
      }
    }
  }

  @Test("wakes a waiting reader when its own side closes", arguments: TransportKind.allCases)
  func closeWhileReading(_ kind: TransportKind) async throws {
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        async let ended = code { _ = try await client.readToEnd() }
        try await client.write("ping")
        #expect(try await server.readExactly(4).text == "ping")
        client.close()
        #expect(await ended == .closed)
      }
    }
  }

  @Test("wakes a blocked writer when its own side closes", arguments: TransportKind.allCases)
  func closeWhileWriting(_ kind: TransportKind) async throws {
    let piece = Pattern().bytes(at: 0, 64 << 10)
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        async let ended = code { for _ in 0..<4096 { try await client.write([piece]) } }
        _ = try await server.readExactly(1 << 20)
        client.close()
        #expect(await ended == .closed)
      }
    }
  }

  @Test("comes to the peer of a stream that was dropped", arguments: TransportKind.allCases)
  func dropped(_ kind: TransportKind) async throws {
    try await kind.withHarness { harness in
      try await harness.withListener { listener in
        let client = try await connectAndDropTheOther(harness, listener)
        defer { client.close() }
        var ended: PouchError.Code?
        do throws(PouchError) {
          let rest = try await client.readToEnd()
          #expect(rest.isEmpty)
        } catch {
          ended = error.code
        }
        if let ended { #expect(kind.codesOfAbruptEnd.contains(ended)) }
      }
    }
  }

  private func connectAndDropTheOther(
    _ harness: Harness, _ listener: any StreamListener
  ) async throws -> any ByteStream {
    try await harness.pair(listener).client
  }
}
