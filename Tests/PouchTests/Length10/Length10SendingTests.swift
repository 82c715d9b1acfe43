import Testing

@testable import Pouch
@testable import PouchCore

@Suite("Sending over length10", .timeLimit(.minutes(1)))
struct Length10SendingTests {
  /// Runs a sending connection, and `body` with its sender and what the peer reads from it.
  static func withLine(
    _ line: Length10Line = Length10Line(),
    _ body: @escaping @Sendable (Sender, MemoryStream) async throws -> Void
  ) async throws -> Result<Void, PouchError> {
    let sender = Sender(only: line.connection)
    return try await line.run(.none) { try await body(sender, $0) }
  }

  @Test("an object is its header and its payload, in one write")
  func oneWrite() async throws {
    let stream = ScriptedStream([])
    let connection = stream.connection()
    let sender = Sender(only: connection)
    try await sender.send(tutorialPickle, format: .pickle)
    try await sender.send(tutorialPickle, format: .pickle)
    #expect(stream.writes == [tutorialMessage, tutorialMessage])
  }

  @Test("a receipt says that nothing is acknowledged, and the books count what was written")
  func receipts() async throws {
    let outcome = try await Self.withLine { sender, peer in
      let receipt = try await sender.send(tutorialPickle, format: .pickle)
      #expect(receipt.id == 1)
      for wait in [receipt.received, receipt.processed] {
        let error = await #expect(throws: PouchError.self) { try await wait() }
        #expect(error?.code == .usage)
        #expect(error?.message.contains("length10") == true)
      }
      let batch = try await sender.send(batch: [tutorialPickle, tutorialPickle], format: .pickle)
      #expect(batch.count == 2)
      await #expect(throws: PouchError.self) { try await batch.processed() }
      let summary = sender.summary
      #expect(summary.accepted == 3)
      #expect(summary.inFlight == 3)
      #expect(summary.acknowledged == 0)
      peer.close()
    }
    // Closed without a word, by a peer that had not read everything.
    #expect(outcome.error?.code == .connectionLost)
  }

  @Test("objects of many tasks do not mix")
  func concurrent() async throws {
    let outcome = try await Self.withLine(Length10Line(capacity: 1000)) { sender, peer in
      async let stream = peer.readAll()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for task in UInt8(0)..<20 {
          group.addTask {
            for size in [1, 300, 5000] {
              let payload = [UInt8](repeating: task, count: size)
              try await sender.send(payload, format: .pickle)
            }
          }
        }
        try await group.waitForAll()
      }
      async let closed: Void = sender.close()
      var buffer = ByteBuffer()
      buffer.append(try await stream)
      try await peer.finish()
      var decoder = Length10Decoder(limit: nil)
      var count = 0
      while try decoder.nextHeader(&buffer) != nil {
        let payload = decoder.takeWhole(&buffer)
        #expect(Set(try #require(payload).array).count == 1)
        count += 1
      }
      #expect(count == 60)
      try await closed
    }
    #expect(outcome.error == nil)
  }

  @Test("an object that turns out shorter or longer than it was announced never arrives whole")
  func wrongSize() async throws {
    for (announced, sizes) in [(100, [60]), (100, [60, 60]), (100, [100, 1]), (0, [1])] {
      let outcome = try await Self.withLine { sender, peer in
        var rest = sizes
        let error = await #expect(throws: PouchError.self) {
          try await sender.send(
            attributes: Attributes(size: UInt64(announced)), format: .pickle
          ) { _ in
            rest.isEmpty ? Bytes() : pattern(rest.removeFirst())
          }
        }
        #expect(error?.code == .badData)
        #expect(error?.message.contains("announced with \(announced) bytes") == true)
        // What is wrong from its first piece on was not begun, and the connection goes on.
        if sizes.count == 1 || sizes[0] == announced {
          try await sender.send(tutorialPickle, format: .pickle)
          async let closed: Void = sender.close()
          #expect(try await peer.readAll() == tutorialMessage)
          try await peer.finish()
          try await closed
        } else {
          let (count, summary) = (try? await peer.readAll().count, sender.summary)
          #expect(count ?? 0 < 110)
          #expect(summary.undelivered == summary.accepted)
        }
      }
      #expect((outcome.error == nil) == (sizes.count == 1 || sizes[0] == announced))
    }
  }

  @Test("what the source throws in the middle ends the connection, and before it nothing")
  func sourceFails() async throws {
    let line = Length10Line()
    let outcome = try await Self.withLine(line) { sender, peer in
      let failure = PouchError(.inputMissing, "the disk is gone")
      let attributes = Attributes(size: 2_000_000)
      let early = await #expect(throws: PouchError.self) {
        try await sender.send(attributes: attributes, format: .pickle) {
          _ throws(PouchError) in throw failure
        }
      }
      #expect(early?.code == .inputMissing)
      try await sender.send(tutorialPickle, format: .pickle)
      let read = Task { try await peer.readAll() }
      var count = 0
      let late = await #expect(throws: PouchError.self) {
        try await sender.send(attributes: attributes, format: .pickle) {
          most throws(PouchError) in
          count += 1
          if count > 3 { throw failure }
          return pattern(most)
        }
      }
      #expect(late?.code == .inputMissing)
      #expect(late?.objectID == 2)
      await #expect(throws: PouchError.self) { try await read.value }
      #expect(sender.summary.undelivered == 1)
      let after = await #expect(throws: PouchError.self) {
        try await sender.send(tutorialPickle, format: .pickle)
      }
      #expect(after?.code == .inputMissing)
    }
    #expect(outcome.error?.code == .inputMissing)
  }

  @Test("an object of unknown size is gathered up to the limit, and refused beyond it")
  func gathered() async throws {
    let line = Length10Line { limits, _ in limits.object = 1000 }
    let outcome = try await Self.withLine(line) { sender, peer in
      async let read = peer.readAll()
      for (size, fits) in [(1000, true), (1001, false), (33, true)] {
        var left = size
        do {
          try await sender.send(format: .pickle) { most in
            let piece = min(left, 100)
            left -= piece
            return pattern(piece)
          }
          #expect(fits)
        } catch let error as PouchError {
          #expect(!fits)
          #expect(error.code == .limitExceeded)
          #expect(error.hint?.contains("say the size") == true)
        }
      }
      async let closed: Void = sender.close()
      #expect(try await read.count == 1000 + 33 + 20)
      try await peer.finish()
      try await closed
    }
    #expect(outcome.error == nil)
  }

  @Test("an object that ten digits cannot announce is refused before it is begun")
  func tooLong() async throws {
    _ = try await Self.withLine { sender, peer in
      let error = await #expect(throws: PouchError.self) {
        try await sender.send(attributes: Attributes(size: 10_000_000_000), format: .pickle) {
          _ in Bytes([1])
        }
      }
      #expect(error?.code == .limitExceeded)
      #expect(sender.summary.accepted == 0)
      peer.close()
    }
  }

  @Test("a sender whose receiver has left is told so")
  func receiverLeft() async throws {
    let line = Length10Line()
    let outcome = try await Self.withLine(line) { sender, peer in
      try await sender.send(tutorialPickle, format: .pickle)
      var buffer = ByteBuffer()
      while buffer.count < tutorialMessage.count { _ = try await peer.read(into: &buffer) }
      try await peer.finish()
      try await line.connection.waitForEnd()
      let error = await #expect(throws: PouchError.self) {
        try await sender.send(tutorialPickle, format: .pickle)
      }
      #expect(error?.code == .peerClosed)
    }
    #expect(outcome.error == nil)
  }

  @Test(
    "a sender whose source is silent is told that the receiver has left",
    arguments: [nil, 5] as [UInt64?])
  func receiverLeftSilence(_ size: UInt64?) async throws {
    let outcome = try await Self.withLine { sender, peer in
      let error = await #expect(throws: PouchError.self) {
        try await sender.send(attributes: Attributes(size: size), format: .pickle) {
          _ async throws(PouchError) in
          try? await peer.finish()
          try await Waiter().wait()
          return Bytes()
        }
      }
      #expect(error?.code == .peerClosed)
      #expect(sender.summary.accepted == 0)
    }
    #expect(outcome.error == nil)
  }

  @Test("the silence of a source in the middle of its object ends with the connection")
  func silence() async throws {
    let outcome = try await Self.withLine { sender, peer in
      let error = await #expect(throws: PouchError.self) {
        var count = 0
        try await sender.send(attributes: Attributes(size: 5), format: .pickle) {
          _ async throws(PouchError) in
          count += 1
          if count <= 2 { return Bytes([1]) }
          var buffer = ByteBuffer()
          while buffer.count < 11 { _ = try await peer.read(into: &buffer) }
          peer.close()
          try await Waiter().wait()
          return Bytes()
        }
      }
      #expect(error?.code == .connectionLost)
      #expect(error?.objectID == 1)
      #expect(sender.summary.undelivered == 1)
    }
    #expect(outcome.error?.code == .connectionLost)
  }

  @Test("a send that is cancelled in the middle of its object ends the connection")
  func cancelled() async throws {
    let outcome = try await Self.withLine(Length10Line(capacity: 100)) { sender, peer in
      let sending = Task { try await sender.send(pattern(10_000), format: .pickle) }
      var buffer = ByteBuffer()
      _ = try await peer.read(into: &buffer)
      sending.cancel()
      let error = await #expect(throws: PouchError.self) { try await sending.value }
      #expect(error?.code == .cancelled)
      #expect(error?.objectID == 1)
      await #expect(throws: PouchError.self) { while try await peer.read(into: &buffer) > 0 {} }
    }
    #expect(outcome.error?.code == .cancelled)
  }

  @Test("whoever waits for a turn and is cancelled leaves it to the next")
  func cancelledInTheQueue() async throws {
    let outcome = try await Self.withLine(Length10Line(capacity: 100)) { sender, peer in
      async let first = sender.send(pattern(1000), format: .pickle)
      // The first one is in the middle of its object.
      var buffer = ByteBuffer()
      _ = try await peer.read(into: &buffer)
      let waiting = Task { try await sender.send(pattern(1000), format: .pickle) }
      waiting.cancel()
      let error = await #expect(throws: PouchError.self) { try await waiting.value }
      #expect(error?.code == .cancelled)
      async let rest = peer.readAll()
      _ = try await first
      try await sender.send(tutorialPickle, format: .pickle)
      async let closed: Void = sender.close()
      #expect(try await rest.count + buffer.count == 1010 + 43)
      try await peer.finish()
      try await closed
      #expect(sender.summary.accepted == 2)
    }
    #expect(outcome.error == nil)
  }

  @Test("a receiver that does not take the last object is given up when the sender stops")
  func stubborn() async throws {
    let line = Length10Line(capacity: 100) { _, timeouts in timeouts.drain = .milliseconds(20) }
    let outcome = try await Self.withLine(line) { sender, peer in
      let stuck = Task { try await sender.send(pattern(10_000), format: .pickle) }
      var buffer = ByteBuffer()
      _ = try await peer.read(into: &buffer)
      let closing = await #expect(throws: PouchError.self) { try await sender.close() }
      #expect(closing?.code == .timedOut)
      let sending = await #expect(throws: PouchError.self) { try await stuck.value }
      #expect(sending?.code == .timedOut)
    }
    #expect(outcome.error?.code == .timedOut)
  }
}
