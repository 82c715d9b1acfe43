import Testing

@testable import Pouch
@testable import PouchCore

@Suite("Broadcast", .timeLimit(.minutes(2)))
struct BroadcastTests {
  /// Runs `body` beside a broadcaster, which is stopped afterwards.
  static func withBroadcaster(
    at endpoint: Endpoint, _ options: SenderOptions,
    sending: @escaping @Sendable (Sender) async throws -> Void,
    _ body: (Endpoint, Broadcaster) async throws -> Void
  ) async throws {
    let broadcaster = Broadcaster(on: endpoint, options: options)
    let bound = try await broadcaster.bind()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await broadcaster.run(sending) }
      do {
        try await body(bound[0], broadcaster)
      } catch {
        group.cancelAll()
        throw error
      }
      broadcaster.stop()
      try await group.waitForAll()
    }
  }

  static func options(
    _ kind: TransportKind, _ framing: Framing,
    _ body: (Endpoint, SenderOptions, ReceiverOptions) async throws -> Void
  ) async throws {
    try await kind.withOptions { endpoint, sending, receiving in
      var (sending, receiving) = (sending, receiving)
      (sending.framing, receiving.framing) = (framing, framing)
      receiving.formats = [.pickle]
      try await body(endpoint, sending, receiving)
    }
  }

  @Test(
    "everybody who comes gets everything, over every transport and in both framings",
    arguments: TransportKind.allCases, Framing.allCases)
  func everybody(_ kind: TransportKind, _ framing: Framing) async throws {
    let objects = [Bytes([1]), pattern(300_000), Bytes(tutorialPickle)]
    try await Self.options(kind, framing) { endpoint, sending, receiving in
      let receivers = 12
      try await Self.withBroadcaster(at: endpoint, sending) { sender in
        for object in objects { try await sender.send(object, format: .pickle) }
      } _: { bound, broadcaster in
        try await withThrowingTaskGroup(of: [Bytes].self) { group in
          for _ in 0..<receivers {
            group.addTask {
              let got = Gathered<Bytes>()
              let receiver = Receiver(dialling: [bound], options: receiving)
              try await receiver.run { delivery in
                got.append(delivery.payload)
                // The connection stays open in length10: whoever has all leaves.
                if framing == .length10, got.values.count == objects.count { receiver.stop() }
              }
              return got.values
            }
          }
          for try await got in group { #expect(got == objects) }
        }
        let summary = broadcaster.summary
        #expect(summary.accepted == UInt64(receivers * objects.count))
        #expect(summary.undelivered == 0)
        let books = framing == .pouch ? summary.acknowledged : summary.inFlight
        #expect(books == summary.accepted)
      }
    }
  }

  @Test(
    "receivers come and go, one never reads and one resets, and the others get everything",
    arguments: Framing.allCases)
  func badCompany(_ framing: Framing) async throws {
    try await Self.options(.memory, framing) { endpoint, sending, receiving in
      let transport = MemoryTransport(capacity: 16 << 10)
      var (sending, receiving) = (sending, receiving)
      sending.transports.register(.memory, transport)
      receiving.transports.register(.memory, transport)
      sending.timeouts.drain = .milliseconds(100)
      // What the bad ones did not take is expected.
      sending.failsIfIncomplete = false
      let disconnected = Gathered<PouchError?>()
      let connected = Gathered<Void>()
      sending.onEvent = {
        switch $0 {
        case .connected: connected.append(())
        case .disconnected(_, let error): disconnected.append(error)
        default: break
        }
      }
      let options = receiving
      let objects = (0..<20).map { _ in pattern(50_000) }
      try await Self.withBroadcaster(at: endpoint, sending) { sender in
        for object in objects { try await sender.send(object, format: .pickle) }
      } _: { bound, _ in
        let deaf = try await Self.join(transport, bound, framing)
        let resetting = try await Self.join(transport, bound, framing)
        await connected.wait(for: 2)
        var buffer = ByteBuffer()
        _ = try await resetting.read(into: &buffer)
        resetting.close()
        await disconnected.wait(for: 1)
        #expect(disconnected.values[0]?.code == .connectionLost)
        for _ in 0..<3 {
          try await withThrowingTaskGroup(of: [Bytes].self) { group in
            for _ in 0..<4 {
              group.addTask {
                let got = Gathered<Bytes>()
                let receiver = Receiver(dialling: [bound], options: options)
                try await receiver.run { delivery in
                  got.append(delivery.payload)
                  if got.values.count == objects.count { receiver.stop() }
                }
                return got.values
              }
            }
            for try await got in group { #expect(got == objects) }
          }
        }
        await disconnected.wait(for: 13)
        #expect(disconnected.values.dropFirst().allSatisfy { $0 == nil })
        withExtendedLifetime(deaf) {}
      }
      // Whoever never read is given up when the broadcaster stops.
      #expect(disconnected.values.count == 14)
      #expect(disconnected.values[13] != nil)
    }
  }

  /// A receiver that only just says what it must, and then does nothing.
  private static func join(
    _ transport: MemoryTransport, _ endpoint: Endpoint, _ framing: Framing
  ) async throws -> MemoryStream {
    let stream = try await transport.connect(to: endpoint)
    guard framing == .pouch else { return stream }
    var offer = Handshake.Offer(
      role: .receiver, id: [UInt8](repeating: 1, count: 16), software: "test", frame: 1 << 20,
      object: nil, heartbeat: 0, stages: [], acknowledge: .processed, window: .standard,
      accept: { _ throws(PouchError) in [] })
    offer.formats = [.pickle]
    _ = try await Establishment(
      stream: stream, endpoint: endpoint, offer: offer, isInitiator: true, timeouts: .patient
    ).run()
    return stream
  }

  @Test(
    "a body that throws ends its own connection, and an event tells why",
    arguments: Framing.allCases)
  func bodyThrows(_ framing: Framing) async throws {
    struct Unwilling: Error {}
    try await Self.options(.memory, framing) { endpoint, sending, receiving in
      let ended = Gathered<PouchError?>()
      let turn = Gathered<Void>()
      var sending = sending
      sending.onEvent = { if case .disconnected(_, let error) = $0 { ended.append(error) } }
      try await Self.withBroadcaster(at: endpoint, sending) { sender in
        try await sender.send(Bytes([1]), format: .pickle)
        turn.append(())
        if turn.values.count == 1 { throw Unwilling() }
      } _: { bound, _ in
        for turn in 1...2 {
          let got = Gathered<Bytes>()
          let receiver = Receiver(dialling: [bound], options: receiving)
          try await receiver.run { delivery in
            got.append(delivery.payload)
            if framing == .length10, turn == 2 { receiver.stop() }
          }
          // What was accepted before is delivered all the same.
          #expect(got.values == [Bytes([1])])
        }
        await ended.wait(for: 2)
      }
      #expect(ended.values.count == 2)
    }
  }

  @Test(
    "the body is cancelled when its receiver has gone, whatever it waits for",
    arguments: Framing.allCases)
  func receiverLeaves(_ framing: Framing) async throws {
    try await Self.options(.memory, framing) { endpoint, sending, receiving in
      let cancelled = Gathered<Bool>()
      try await Self.withBroadcaster(at: endpoint, sending) { sender in
        try await sender.send(Bytes([1]), format: .pickle)
        // For ever: an event that does not come.
        let (never, continuation) = AsyncStream.makeStream(of: Void.self)
        for await _ in never {}
        cancelled.append(Task.isCancelled)
        continuation.finish()
      } _: { bound, _ in
        let receiver = Receiver(dialling: [bound], options: receiving)
        try await receiver.run { _ in receiver.stop() }
        await cancelled.wait(for: 1)
      }
      #expect(cancelled.values == [true])
    }
  }

  @Test(
    "stopping lets what was accepted go out, and a body that goes on sending is told",
    arguments: Framing.allCases)
  func stopping(_ framing: Framing) async throws {
    try await Self.options(.memory, framing) { endpoint, sending, receiving in
      let count = 100
      let sent = Gathered<Void>()
      let stopped = Gathered<Void>()
      let refused = Gathered<PouchError.Code>()
      let got = Gathered<UInt64>()
      let broadcaster = Broadcaster(on: endpoint, options: sending)
      let bound = try await broadcaster.bind()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await broadcaster.run { sender in
            for _ in 0..<count { try await sender.send(Bytes([1]), format: .pickle) }
            sent.append(())
            await stopped.wait(for: 1)
            do {
              try await sender.send(Bytes([2]), format: .pickle)
            } catch let error as PouchError {
              refused.append(error.code)
              throw error
            }
          }
        }
        group.addTask {
          try await Receiver(dialling: [bound[0]], options: receiving).run { got.append($0.id) }
        }
        await sent.wait(for: 1)
        broadcaster.stop()
        stopped.append(())
        try await group.waitForAll()
      }
      #expect(refused.values == [.closed])
      #expect(got.values == Array(1...UInt64(count)))
    }
  }

  @Test("cancelling ends it at once", arguments: Framing.allCases)
  func cancelling(_ framing: Framing) async throws {
    try await Self.options(.memory, framing) { endpoint, sending, _ in
      let transport = MemoryTransport(capacity: 1024)
      let started = Gathered<Void>()
      var options = sending
      options.transports.register(.memory, transport)
      let listening = Gathered<Endpoint>()
      options.onEvent = { if case .listening(let endpoint) = $0 { listening.append(endpoint) } }
      let final = options
      let broadcast = Task {
        try await withEachReceiver(listeningOn: [endpoint], options: final) { sender in
          started.append(())
          try await sender.send(pattern(10_000_000), format: .pickle)
        }
      }
      await listening.wait(for: 1)
      let deaf = try await Self.join(transport, endpoint, framing)
      await started.wait(for: 1)
      broadcast.cancel()
      let error = await #expect(throws: PouchError.self) { try await broadcast.value }
      #expect(error?.code == .cancelled)
      withExtendedLifetime(deaf) {}
    }
  }
}
