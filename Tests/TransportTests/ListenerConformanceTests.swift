import PouchCore
import Testing

@Suite("A listener of every transport", .timeLimit(.minutes(1)))
struct ListenerConformanceTests {
  @Test("serves many connections at once", arguments: TransportKind.allCases)
  func manyConnections(_ kind: TransportKind) async throws {
    let connections = 200
    try await kind.withHarness { harness in
      try await harness.withListener { listener in
        try await withThrowingTaskGroup { group in
          group.addTask {
            try await withThrowingTaskGroup { servers in
              for _ in 0..<connections {
                let server = try await listener.accept()
                servers.addTask {
                  try await server.handshake()
                  try await server.echo()
                  server.close()
                }
              }
              try await servers.waitForAll()
            }
          }
          for number in 0..<connections {
            group.addTask {
              let client = try await harness.connect(to: listener.endpoint)
              try await client.handshake()
              let text = "connection \(number)"
              for _ in 0..<10 {
                try await client.write(text)
                #expect(try await client.readExactly(text.utf8.count).text == text)
              }
              try await client.finish()
              #expect(try await client.readToEnd().isEmpty)
              client.close()
            }
          }
          try await group.waitForAll()
        }
      }
    }
  }

  @Test("reports an endpoint that can be dialled", arguments: TransportKind.allCases)
  func reportsEndpoint(_ kind: TransportKind) async throws {
    try await kind.withHarness { harness in
      try await harness.withListener { listener in
        #expect(listener.endpoint.scheme == harness.endpoint.scheme)
        #expect(listener.endpoint.port != 0)
        #expect(listener.endpoint.host == harness.endpoint.host)
        let read = try Endpoint(listener.endpoint.description)
        #expect(read == listener.endpoint)
      }
    }
  }

  @Test(
    "refuses an endpoint that is in use, and frees it when closed",
    arguments: TransportKind.allCases)
  func inUse(_ kind: TransportKind) async throws {
    try await kind.withHarness { harness in
      let first = try await harness.listen()
      let refused = await code { _ = try await harness.listen(at: first.endpoint) }
      #expect(refused == .configuration)
      first.close()
      let second = try await harness.listen(at: first.endpoint)
      #expect(second.endpoint == first.endpoint)
      let (client, server) = try await harness.pair(second)
      client.close()
      server.close()
      second.close()
    }
  }

  @Test("wakes who accepts when it is closed", arguments: TransportKind.allCases)
  func close(_ kind: TransportKind) async throws {
    try await kind.withHarness { harness in
      try await harness.withListener { listener in
        async let ended = code { while true { try await listener.accept().close() } }
        let client = try await harness.connect(to: listener.endpoint)
        client.close()
        listener.close()
        listener.close()
        #expect(await ended == .closed)
        #expect(await code { _ = try await listener.accept() } == .closed)
      }
    }
  }

  @Test("frees its endpoint when it is dropped", arguments: TransportKind.allCases)
  func dropped(_ kind: TransportKind) async throws {
    try await kind.withHarness { harness in
      let endpoint = try await harness.listen().endpoint
      try await harness.listen(at: endpoint).close()
    }
  }

  @Test("is missed by who connects to nobody", arguments: TransportKind.allCases)
  func nobody(_ kind: TransportKind) async throws {
    try await kind.withDesertedEndpoint { harness, endpoint in
      let error = await failure { try await harness.connect(to: endpoint).close() }
      #expect(error?.code == .unreachable)
      #expect(error?.description.contains(endpoint.description) == true)
    }
  }
}
