import PouchCore
import Testing

@Suite("A stream of every transport", .timeLimit(.minutes(1)))
struct StreamConformanceTests {
  @Test("brings back what an echo sends", arguments: TransportKind.allCases, Placement.allCases)
  func echo(_ kind: TransportKind, _ placement: Placement) async throws {
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        async let served: Void = placement.run(with: server) {
          var buffer = ByteBuffer()
          while try await server.read(into: &buffer) > 0 {
            try await server.write([buffer.take(buffer.count)])
          }
          try await server.finish()
        }
        try await placement.run(with: client) {
          for round in 0..<100 {
            let text = "round \(round)"
            try await client.write(text)
            #expect(try await client.readExactly(text.utf8.count).text == text)
          }
          try await client.finish()
          #expect(try await client.readToEnd().isEmpty)
        }
        try await served
      }
    }
  }
}
