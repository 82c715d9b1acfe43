import Testing

@testable import Pouch

@Suite("length10 over every transport", .timeLimit(.minutes(1)))
struct Length10TransferTests {
  static let objects = [
    tutorialPickle, [], [UInt8(1)], pattern(40_000).array, pattern(600_001).array,
  ]
  .map { Bytes($0) }

  @Test("a sender that dials reaches a receiver that listens", arguments: TransportKind.allCases)
  func receiverListens(_ kind: TransportKind) async throws {
    try await kind.withLength10 { endpoint, sending, receiving in
      let got = Gathered<Bytes>()
      try await withReceiver(at: endpoint, receiving) { delivery in
        #expect(delivery.format == .pickle)
        #expect(delivery.attributes == .none)
        got.append(delivery.payload)
      } _: { bound, _ in
        try await withSender(to: bound, options: sending) { sender in
          for object in Self.objects { try await sender.send(object, format: .pickle) }
          #expect(sender.summary.accepted == UInt64(Self.objects.count))
          #expect(sender.summary.inFlight == UInt64(Self.objects.count))
        }
        await got.wait(for: Self.objects.count)
      }
      #expect(got.values == Self.objects)
    }
  }

  @Test(
    "a receiver that dials gets what a listening sender sends", arguments: TransportKind.allCases)
  func senderListens(_ kind: TransportKind) async throws {
    try await kind.withLength10 { endpoint, sending, receiving in
      let bound = Gathered<Endpoint>()
      var options = sending
      options.onEvent = { if case .listening(let endpoint) = $0 { bound.append(endpoint) } }
      let listening = options
      let got = Gathered<Bytes>()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await withSender(listeningOn: [endpoint], options: listening) { sender in
            for object in Self.objects { try await sender.send(object, format: .pickle) }
          }
        }
        await bound.wait(for: 1)
        try await Receiver(dialling: bound.values, options: receiving).run {
          got.append($0.payload)
        }
        try await group.waitForAll()
      }
      #expect(got.values == Self.objects)
    }
  }

  @Test(
    "a large payload is streamed in constant pieces, its length known or not",
    arguments: TransportKind.allCases, [true, false])
  func streaming(_ kind: TransportKind, _ isSizeKnown: Bool) async throws {
    let size = 5_000_000
    try await kind.withLength10 { endpoint, sending, receiving in
      var limited = receiving
      // For whole objects alone.
      limited.limits.object = 1 << 20
      let receiver = Receiver(on: endpoint, options: limited)
      let bound = try await receiver.bind()
      let sizes = Gathered<Int>()
      let longest = Gathered<Int>()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await receiver.runStreamed { delivery in
            var total = 0
            for try await piece in delivery.body {
              longest.append(piece.count)
              total += piece.count
            }
            if total > 1000 { #expect(delivery.attributes.size == UInt64(total)) }
            sizes.append(total)
          }
        }
        try await withSender(to: bound[0], options: sending) { sender in
          var left = size
          let attributes = Attributes(name: "large", size: isSizeKnown ? UInt64(size) : nil)
          try await sender.send(attributes: attributes, format: .pickle) { most in
            defer { left -= min(left, most) }
            return pattern(min(left, most))
          }
          try await sender.send(Bytes([1, 2, 3]), format: .pickle)
        }
        await sizes.wait(for: 2)
        receiver.stop()
        try await group.waitForAll()
      }
      #expect(sizes.values == [size, 3])
      #expect(longest.values.allSatisfy { $0 <= 256 << 10 })
    }
  }

  @Test("a handler that throws refuses its object alone, and an event says why")
  func refusal() async throws {
    try await TransportKind.memory.withLength10 { endpoint, sending, receiving in
      let refused = Gathered<(UInt64, Refusal)>()
      var options = receiving
      options.onEvent = {
        if case .objectRefused(let connection, let object, let refusal) = $0 {
          #expect(connection.framing == .length10)
          refused.append((object.id, refusal))
        }
      }
      let got = Gathered<Bytes>()
      try await withReceiver(at: endpoint, options) { delivery in
        if delivery.payload[0] == 1 { throw Refusal(code: "processing", text: "not this one") }
        got.append(delivery.payload)
      } _: { bound, _ in
        try await withSender(to: bound, options: sending) { sender in
          for byte in UInt8(0)...2 { try await sender.send(Bytes([byte]), format: .pickle) }
        }
        await got.wait(for: 2)
      }
      #expect(got.values == [Bytes([0]), Bytes([2])])
      #expect(refused.values.map(\.0) == [2])
      #expect(refused.values.first?.1.text == "not this one")
    }
  }

  @Test("a streamed object that is refused goes by, and the next one is served")
  func streamedRefusal() async throws {
    let line = Length10Line(streams: true)
    let got = Gathered<UInt64>()
    let outcome = try await line.run(
      .streamed { delivery in
        if delivery.id == 1 { throw Refusal(code: "storage", text: "no room") }
        got.append(delivery.id)
      }
    ) { peer in
      let large = [UInt8](repeating: 9, count: 2_000_000)
      try await peer.write(Array("2000000   ".utf8) + large)
      try await peer.write(Array("2000000   ".utf8) + large + tutorialMessage)
      try await peer.finish()
    }
    #expect(outcome.error == nil)
    #expect(got.values == [2, 3])
    #expect(line.refusals.values.map(\.code) == ["storage"])
  }

  @Test("a streamed object of which the rest does not come fails in its handler")
  func streamedTruncation() async throws {
    let line = Length10Line(streams: true)
    let failures = Gathered<PouchError.Code>()
    let outcome = try await line.run(
      .streamed { delivery in
        do {
          for try await _ in delivery.body {}
        } catch let error as PouchError {
          failures.append(error.code)
          throw error
        }
      }
    ) { peer in
      try await peer.write(Array("2000000   ".utf8) + [UInt8](repeating: 9, count: 500_000))
      try await peer.finish()
    }
    #expect(outcome.error?.code == .connectionLost)
    #expect(failures.values == [.connectionLost])
    #expect(line.refusals.values.isEmpty)
  }

  @Test("a receiver that stops finishes what it handles, and takes no more")
  func stopping() async throws {
    try await TransportKind.memory.withLength10 { endpoint, sending, receiving in
      let started = Gathered<UInt64>()
      let release = Gathered<Void>()
      let finished = Gathered<UInt64>()
      try await withReceiver(at: endpoint, receiving) { delivery in
        started.append(delivery.id)
        await release.wait(for: 1)
        finished.append(delivery.id)
      } _: { bound, receiver in
        try await withSender(to: bound, options: sending) { sender in
          try await sender.send(Bytes([1]), format: .pickle)
          try await sender.send(Bytes([2]), format: .pickle)
          await started.wait(for: 1)
          receiver.stop()
          release.append(())
        }
      }
      #expect(finished.values == [1])
      #expect(started.values == [1])
    }
  }

  @Test("an object that does not arrive after the order to stop is given up")
  func stoppingInside() async throws {
    let line = Length10Line(streams: true) { _, timeouts in timeouts.drain = .milliseconds(20) }
    let failures = Gathered<PouchError.Code>()
    let outcome = try await line.run(
      .streamed { delivery in
        line.connection.beginClosing(code: "shutdown")
        do throws(PouchError) {
          var pieces = delivery.body.makeAsyncIterator()
          while try await pieces.next() != nil {}
        } catch {
          failures.append(error.code)
          throw error
        }
      }
    ) { peer in
      try await peer.write(Array("2000000   ".utf8) + [UInt8](repeating: 9, count: 500_000))
    }
    #expect(outcome.error?.code == .timedOut)
    #expect(outcome.error?.message.contains("after the order to stop") == true)
    #expect(failures.values == [.timedOut])
  }

  @Test("a large object takes the memory of its bytes, and leaves none behind")
  func memory() async throws {
    let size = 3_000_000
    let chunk = [UInt8](repeating: 5, count: 100_000)
    let stream = ScriptedStream(
      [Array("3000000   ".utf8)] + Array(repeating: chunk, count: size / chunk.count)
        + [tutorialMessage])
    let connection = stream.connection()
    let capacities = Gathered<Int>()
    let outcome = await connection.run(
      arrived: Bytes(), to: .whole { capacities.append($0.payload.capacity) })
    #expect(outcome.error == nil)
    #expect(capacities.values.count == 2)
    #expect(capacities.values[0] <= size + 512 << 10)
    #expect(capacities.values[1] <= 64 << 10)
  }

  @Test(
    "receivers that wait for an object leave when they are stopped",
    arguments: TransportKind.allCases)
  func stoppingIdle(_ kind: TransportKind) async throws {
    try await kind.withLength10 { endpoint, sending, receiving in
      let ended = Gathered<PouchError?>()
      var options = sending
      options.onEvent = { if case .disconnected(_, let error) = $0 { ended.append(error) } }
      let got = Gathered<Bytes>()
      let observed = options
      try await withReceiver(at: endpoint, receiving) {
        got.append($0.payload)
      } _: { bound, receiver in
        try await withSender(to: bound, options: observed) { sender in
          try await sender.send(Bytes([1]), format: .pickle)
          await got.wait(for: 1)
          receiver.stop()
          await ended.wait(for: 1)
          let error = await #expect(throws: PouchError.self) {
            try await sender.send(Bytes([2]), format: .pickle)
          }
          #expect(error?.code == .peerClosed)
        }
      }
      #expect(ended.values.allSatisfy { $0 == nil })
    }
  }
}
