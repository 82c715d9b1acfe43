import PouchCore
import Synchronization
import Testing

@Suite("Cancellation and backpressure of every transport", .timeLimit(.minutes(1)))
struct CancellationTests {
  @Test("end a waiting read, which has taken nothing", arguments: TransportKind.allCases)
  func read(_ kind: TransportKind) async throws {
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        for round in 0..<20 {
          let reading = Task { await code { _ = try await server.readToEnd() } }
          reading.cancel()
          #expect(await reading.value == .cancelled)
          try await client.write("round \(round % 10)")
          #expect(try await server.readExactly(7).text == "round \(round % 10)")
        }
      }
    }
  }

  @Test("let a read through that need not wait", arguments: TransportKind.allCases)
  func readyRead(_ kind: TransportKind) async throws {
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        try await client.write("one")
        #expect(try await server.readExactly(3).text == "one")
        try await client.write("two")
        try await server.write("two is here")
        #expect(try await client.readExactly(11).count == 11)
        let saying = Task {
          withUnsafeCurrentTask { $0?.cancel() }
          try await client.write("goodbye")
        }
        try await saying.value
        #expect(try await server.readExactly(10).text == "twogoodbye")
      }
    }
  }

  /// Cancellation ends waits alone: the writer that it stops is one that was made to wait.
  @Test(
    "stop a writer whose peer does not read, after a bounded number of bytes",
    arguments: TransportKind.allCases, Placement.allCases)
  func backpressure(_ kind: TransportKind, _ placement: Placement) async throws {
    let pattern = Pattern()
    let (piece, pieces, bound) = (64 << 10, 1024, 24 << 20)
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        let written = Counter()
        await withDiscardingTaskGroup { group in
          group.addTask {
            let stopped = await code {
              try await placement.run(with: client) {
                for number in 0..<pieces {
                  try await client.write([pattern.bytes(at: number * piece, piece)])
                  written.add(piece)
                }
              }
            }
            #expect(stopped == .cancelled)
          }
          group.cancelAll()
        }
        let accepted = written.value
        #expect(accepted > 0)
        #expect(accepted < bound)

        // What was accepted is there, and in order.
        let received = try await server.readExactly(accepted)
        #expect(pattern.matches(received, at: 0))
      }
    }
  }

  @Test("end a waiting accept, and the next one works", arguments: TransportKind.allCases)
  func accept(_ kind: TransportKind) async throws {
    try await kind.withHarness { harness in
      try await harness.withListener { listener in
        let accepting = Task { await code { _ = try await listener.accept() } }
        accepting.cancel()
        #expect(await accepting.value == .cancelled)

        let (client, server) = try await harness.pair(listener)
        try await client.write("hello")
        #expect(try await server.readExactly(5).text == "hello")
        client.close()
        server.close()
      }
    }
  }

  @Test("end a connect", arguments: TransportKind.allCases)
  func connect(_ kind: TransportKind) async throws {
    try await kind.withHarness { harness in
      try await harness.withListener { listener in
        let connecting = Task {
          withUnsafeCurrentTask { $0?.cancel() }
          return await code { _ = try await harness.connect(to: listener.endpoint) }
        }
        #expect(await connecting.value == .cancelled)
      }
    }
  }

  @Test("a second reader is refused, and the first goes on", arguments: TransportKind.allCases)
  func twoReaders(_ kind: TransportKind) async throws {
    try await kind.withHarness { harness in
      try await harness.withPair { client, server in
        let refused = await withTaskGroup { group in
          for _ in 0..<2 {
            group.addTask { await code { _ = try await server.readToEnd() } }
          }
          defer { group.cancelAll() }
          return await group.next()
        }
        #expect(refused == .some(.some(.usage)))
        try await client.write("still here")
        #expect(try await server.readExactly(10).text == "still here")
      }
    }
  }
}

/// A number that several tasks add to.
final class Counter: Sendable {
  private let number = Mutex(0)

  var value: Int { number.withLock { $0 } }

  func add(_ amount: Int) { number.withLock { $0 += amount } }
}
