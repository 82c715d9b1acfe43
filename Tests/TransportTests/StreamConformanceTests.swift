import PouchCore
import Testing

@Suite("A stream of every transport", .timeLimit(.minutes(1)))
struct StreamConformanceTests {
  @Test("brings back what an echo sends", arguments: TransportKind.allCases, Placement.allCases)
  func echo(_ kind: TransportKind, _ placement: Placement) async throws {
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        async let served: Void = placement.run(with: server) { try await server.echo() }
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

  @Test("goes on in one direction when the other is finished", arguments: TransportKind.allCases)
  func halfClose(_ kind: TransportKind) async throws {
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        try await client.write("question")
        try await client.finish()
        try await client.finish()
        #expect(await code { try await client.write("more") } == .closed)
        #expect(try await server.readToEnd().text == "question")
        #expect(try await server.readToEnd().isEmpty, "the end is there for good")

        try await server.write("answer")
        try await server.finish()
        #expect(try await client.readToEnd().text == "answer")
      }
    }
  }

  @Test("carries a huge transfer unchanged", arguments: TransportKind.allCases, Placement.allCases)
  func hugeTransfer(_ kind: TransportKind, _ placement: Placement) async throws {
    let pattern = Pattern()
    let total = 64 << 20
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        async let sent: Void = placement.run(with: client) {
          // Sizes without a common divisor, so that the pieces cut the pattern everywhere.
          var position = 0
          while position < total {
            let first = min(1 << 20, total - position)
            let second = min(77_777, total - position - first)
            try await client.write([
              pattern.bytes(at: position, first), pattern.bytes(at: position + first, second),
            ])
            position += first + second
          }
          try await client.finish()
        }
        try await placement.run(with: server) {
          var buffer = ByteBuffer()
          var position = 0
          while try await server.read(into: &buffer) > 0 {
            let piece = buffer.take(buffer.count)
            try #require(pattern.matches(piece, at: position), "wrong from \(position) on")
            position += piece.count
          }
          #expect(position == total)
        }
        try await sent
      }
    }
  }

  @Test("carries bytes both ways at once", arguments: TransportKind.allCases)
  func fullDuplex(_ kind: TransportKind) async throws {
    let pattern = Pattern()
    let (pieces, size) = (64, 100_000)
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        try await withThrowingTaskGroup { group in
          for (one, other) in [(client, server), (server, client)] {
            group.addTask {
              for number in 0..<pieces {
                try await one.write([pattern.bytes(at: number * size, size)])
              }
              try await one.finish()
            }
            group.addTask {
              let received = try await other.readToEnd()
              #expect(received.count == pieces * size)
              #expect(pattern.matches(received, at: 0))
            }
          }
          try await group.waitForAll()
        }
      }
    }
  }

  @Test("carries bytes that come one at a time", arguments: TransportKind.allCases)
  func byteAtATime(_ kind: TransportKind) async throws {
    let text = Bytes(utf8: String(repeating: "one byte after the other ", count: 40))
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        async let sent: Void = {
          for index in 0..<text.count { try await client.write([text[index..<index + 1]]) }
          try await client.finish()
        }()
        #expect(try await server.readToEnd() == text)
        try await sent
      }
    }
  }

  @Test("hands over each byte as it comes", arguments: TransportKind.allCases)
  func byteByByte(_ kind: TransportKind) async throws {
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        async let served: Void = server.echo()
        for byte in UInt8.min...UInt8.max {
          try await client.write([Bytes([byte])])
          #expect(try await client.readExactly(1).array == [byte])
        }
        try await client.finish()
        try await served
      }
    }
  }

  @Test("writes thousands of segments in order", arguments: TransportKind.allCases)
  func manySegments(_ kind: TransportKind) async throws {
    let pattern = Pattern()
    var segments: [Bytes] = []
    var position = 0
    for number in 0..<5000 {
      // Empty ones among them.
      let size = number % 7 == 0 ? 0 : number % 613
      segments.append(pattern.bytes(at: position, size))
      position += size
    }
    let (list, total) = (segments, position)
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        async let sent: Void = {
          try await client.write(list)
          try await client.write([])
          try await client.write([Bytes()])
          try await client.finish()
        }()
        let received = try await server.readToEnd()
        #expect(received.count == total)
        #expect(pattern.matches(received, at: 0))
        try await sent
      }
    }
  }

  @Test(
    "appends to what the buffer holds, and to no slice of it", arguments: TransportKind.allCases)
  func buffers(_ kind: TransportKind) async throws {
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        var buffer = ByteBuffer()
        buffer.append(utf8: "before ")
        try await client.write("first")
        while buffer.count < 12 { _ = try await server.read(into: &buffer) }
        let slice = buffer.take(12)
        try await client.write("second")
        while buffer.count < 6 { _ = try await server.read(into: &buffer) }
        #expect(buffer.take(6).text == "second")
        #expect(slice.text == "before first")
      }
    }
  }
}
