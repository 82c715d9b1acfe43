import Synchronization
import Testing

@testable import Pouch
@testable import PouchCore

/// What a connection does with frames that no sender or receiver of this library would send at that
/// moment: written by hand to one end of a stream.
@Suite("A strange peer", .timeLimit(.minutes(2)))
struct ProtocolTests {
  static func agreement(
    _ role: Role, _ acknowledge: AcknowledgementLevel = .processed,
    _ change: (inout Agreement) -> Void = { _ in }
  ) -> Agreement {
    var agreement = Agreement(
      role: role, isInitiator: role == .sender, stages: [], nonces: Bytes(),
      acknowledge: acknowledge, peerFrame: 1 << 20, peerObject: nil, window: .standard,
      peerID: [], peerSoftware: "strange/1", session: [])
    change(&agreement)
    return agreement
  }

  /// Runs a connection of `role` against `body`, which plays the peer, and ends it afterwards.
  ///
  /// - Returns: How the connection ended.
  @discardableResult
  static func meet(
    _ agreement: Agreement, sink: Sink = .none, largestObject: UInt64? = nil,
    policy: ReceptionPolicy = ReceptionPolicy(), body limit: Duration = .seconds(100),
    _ body: (Connection, StrangePeer) async throws -> Void
  ) async throws -> Result<Void, PouchError> {
    let (near, far) = MemoryTransport.pair()
    var timeouts = Timeouts.patient
    timeouts.close = .milliseconds(200)
    timeouts.body = limit
    let connection = Connection(
      stream: near, endpoint: .memory("strange"), agreement: agreement, limits: Limits(),
      timeouts: timeouts, largestObject: largestObject, policy: policy)
    return try await withThrowingTaskGroup(of: Result<Void, PouchError>.self) { group in
      group.addTask { await connection.run(arrived: Bytes(), to: sink) }
      do {
        try await body(connection, StrangePeer(stream: far))
      } catch {
        far.close()
        throw error
      }
      try? await far.finish()
      let outcome = try #require(try await group.next())
      far.close()
      return outcome
    }
  }

  // MARK: CANCEL

  @Test("a CANCEL is answered by one ACK, and its handler's failure by nothing")
  func cancel() async throws {
    let failed = Gathered<String>()
    let refused = Gathered<UInt64>()
    var policy = ReceptionPolicy()
    policy.onRefusal = { _, object, _ in refused.append(object.id) }
    let sink = Sink.streamed { (delivery: StreamedDelivery) async throws in
      do {
        for try await _ in delivery.body {}
      } catch {
        failed.append("\(error)")
        throw error
      }
    }
    try await Self.meet(Self.agreement(.receiver), sink: sink, policy: policy) { _, peer in
      try await peer.send(
        .data, id: 1, count: 1, ViolationBodies.entry(Bytes(utf8: "abc"), more: true))
      try await peer.send(.cancel, id: 1)
      await failed.wait(for: 1)
      try await peer.send(.close, Bytes(Closing(last: 1, code: "done").encoded()))
      let frames = try await peer.readAll()
      #expect(frames.map(\.header.kind) == [.acknowledge, .close])
    }
    #expect(refused.values.isEmpty)
  }

  // MARK: The level `received`

  @Test("with the level received, what is refused is refused before the rest is acknowledged")
  func refusedBeforeReceived() async throws {
    var policy = ReceptionPolicy()
    policy.formats = ObjectFormatSet([.raw])
    let got = Gathered<UInt64>()
    let sink = Sink.whole { (delivery: Delivery) async throws in
      got.append(delivery.id)
      // Whatever becomes of it now, it was received.
      throw Refusal(code: "processing", text: "too late")
    }
    try await Self.meet(Self.agreement(.receiver, .received), sink: sink, policy: policy) {
      _, peer in
      var body = ByteBuffer()
      for format in [ObjectFormat.raw, .cbor, .raw] {
        body.append(ViolationBodies.entry(Bytes([0]), format: format))
      }
      try await peer.send(.data, id: 1, count: 3, body.freeze())
      try await peer.send(.data, id: 4, count: 1, ViolationBodies.entry(Bytes([0])))
      try await peer.send(.close, Bytes(Closing(last: 4, code: "done").encoded()))
      let frames = try await peer.readAll()
      #expect(frames.first?.header.kind == .refuse)
      #expect(frames.filter { $0.header.kind == .refuse }.map(\.header.firstID) == [2])
    }
    #expect(got.values == [1, 3, 4])
  }

  // MARK: Duplicates

  @Test("what comes again while its handler is at work is not acknowledged for that")
  func duplicateAtWork() async throws {
    let release = Gathered<Void>()
    let sink = Sink.streamed { (delivery: StreamedDelivery) async throws in
      for try await _ in delivery.body {}
      await release.wait(for: 1)
    }
    try await Self.meet(Self.agreement(.receiver), sink: sink) { _, peer in
      let first = ViolationBodies.entry(Bytes([1]), more: true)
      try await peer.send(.data, id: 1, count: 1, first)
      try await peer.send(
        .data, id: 1, count: 1, ViolationBodies.entry(Bytes([2]), offset: 1))
      try await peer.send(.data, id: 1, count: 1, first)
      try await peer.send(.data, id: 1, count: 1, ViolationBodies.entry(Bytes([1])))
      try await peer.send(.ping, Bytes([UInt8](repeating: 1, count: 8)))
      while true {
        let frame = try await peer.read()
        if frame.header.kind == .pong { break }
        #expect(try Acknowledgement(reading: frame.body).upTo == 0)
      }
      release.append(())
      try await peer.send(.close, Bytes(Closing(last: 1, code: "done").encoded()))
      let last = try await peer.readAll()
      #expect(last.last?.header.kind == .close)
      #expect(try Acknowledgement(reading: #require(last.dropLast().last).body).upTo == 1)
    }
  }

  // MARK: CREDIT

  @Test("CREDIT lets a sender go on that waits for the window")
  func credit() async throws {
    let agreement = Self.agreement(.sender) {
      $0.window = Window(objects: 1, bytes: 1 << 20)
      $0.ownWindow = .standard
    }
    let outcome = try await Self.meet(agreement) { connection, peer in
      _ = try await connection.send(copying: [1])
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { _ = try await connection.send(copying: [2]) }
        let first = try await peer.read()
        #expect(first.header.firstID == 1)
        var body = ByteBuffer()
        body.append(bigEndian: UInt64(2))
        body.append(bigEndian: UInt64(1 << 20))
        try await peer.send(.credit, body.freeze())
        let second = try await peer.read()
        #expect(second.header.firstID == 2)
        try await group.waitForAll()
      }
      try await peer.send(.acknowledge, ViolationBodies.acknowledgement(2))
      try await peer.send(.close, Bytes(Closing(last: 2, code: "done").encoded()))
      #expect(try await peer.readAll().map(\.header.kind) == [.close])
    }
    #expect(throws: Never.self) { try outcome.get() }
  }

  // MARK: Incomplete objects

  @Test("no more than 64 objects of a sender are incomplete at once; the next waits its turn")
  func manyChunked() async throws {
    let begun = Gathered<Int>()
    let release = Gathered<Void>()
    try await Self.meet(Self.agreement(.sender)) { connection, peer in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<70 {
          group.addTask {
            let pieces = Mutex(0)
            _ = try await connection.sendChunked(format: .raw, attributes: nil) { _ in
              let piece = pieces.withLock { count in
                count += 1
                return count
              }
              if piece == 3 {
                begun.append(index)
                await release.wait(for: 1)
              }
              return piece < 3 ? Bytes([1]) : Bytes()
            }
          }
        }
        await begun.wait(for: 64)
        release.append(())
        var incomplete: Set<UInt64> = []
        var ended = 0
        while ended < 70 {
          let frame = try await peer.read()
          var reader = EntryReader(frame.body)
          let entry = try reader.next()
          if entry.hasMore {
            incomplete.insert(frame.header.firstID)
          } else {
            incomplete.remove(frame.header.firstID)
            ended += 1
          }
          #expect(incomplete.count <= 64)
        }
        try await group.waitForAll()
      }
    }
  }

  // MARK: Errors

  /// The code of the one REJECT among `frames`.
  static func code(_ frames: [Frame]) throws -> String {
    let rejections = frames.filter { $0.header.kind == .reject }
    #expect(rejections.count == 1)
    return try Rejection(reading: HandshakeFrame.open(#require(rejections.first))).code.rawValue
  }

  @Test("a violation is told once with its code, and a REJECT is not answered")
  func rejections() async throws {
    func answer(_ body: (StrangePeer) async throws -> Void) async throws -> [Frame] {
      var frames: [Frame] = []
      let outcome = try await Self.meet(
        Self.agreement(.receiver), sink: .whole { _ in }, largestObject: 10
      ) { _, peer in
        try await body(peer)
        frames = try await peer.readAll()
      }
      #expect(throws: PouchError.self) { try outcome.get() }
      return frames
    }
    #expect(
      try await Self.code(
        answer { try await $0.send(.close, Bytes(Closing(last: 9, code: "done").encoded())) })
        == "protocol")
    #expect(
      try await Self.code(
        answer {
          try await $0.send(
            .data, id: 1, count: 1,
            ViolationBodies.entry(Bytes([UInt8](repeating: 0, count: 11)), more: true))
        }) == "limit")
    #expect(
      try await Self.code(
        answer { try await $0.send(.ping, Bytes([UInt8](repeating: 0, count: 17 << 10))) })
        == "limit")
    for map in [Rejection(code: .protocol, text: "no").encoded(), [0xa0]] {
      let frames = try await answer { peer in
        var body = ByteBuffer()
        HandshakeFrame.appendBody(.reject, map, to: &body)
        try await peer.send(.reject, body.freeze())
      }
      #expect(frames.isEmpty)
    }
  }

  // MARK: Replies that nobody reads

  @Test(
    "a peer that does not read its replies is read no more, and given up in time",
    arguments: [Role.sender, .receiver])
  func unreadReplies(_ role: Role) async throws {
    let outcome = try await Self.meet(
      Self.agreement(role), sink: role == .sender ? .none : .whole { _ in },
      body: .milliseconds(300)
    ) { connection, peer in
      // The pipe between the two holds some; what it does not hold waits on the other side.
      await #expect(throws: (any Error).self) {
        for _ in 0..<10_000 {
          var many = ByteBuffer()
          for _ in 0..<100 {
            many.append(StrangePeer.frame(.ping, Bytes([UInt8](repeating: 1, count: 8))))
          }
          try await peer.stream.write([many.freeze()])
        }
      }
      let waiting = connection.state.withLock { $0.session.outbox.waiting }
      #expect(waiting < 256 << 10)
    }
    let error = #expect(throws: PouchError.self) { try outcome.get() }
    #expect(error?.code == .limitExceeded)
    #expect(error?.message.contains("does not read") == true)
  }

  @Test("objects that are refused by the million queue no more refusals than are read")
  func unreadRefusals() async throws {
    var policy = ReceptionPolicy()
    policy.formats = ObjectFormatSet([.raw])
    let refused = Atomic<Int>(0)
    policy.onRefusal = { _, _, _ in refused.wrappingAdd(1, ordering: .relaxed) }
    var body = ByteBuffer()
    let count = 100_000
    for _ in 0..<count { body.append(ViolationBodies.entry(Bytes(), format: .cbor)) }
    let frame = body.freeze()
    let outcome = try await Self.meet(
      Self.agreement(.receiver), sink: .immediate { _ in }, policy: policy,
      body: .milliseconds(300)
    ) { _, peer in
      try await peer.send(.data, id: 1, count: UInt32(count), frame)
    }
    let error = #expect(throws: PouchError.self) { try outcome.get() }
    #expect(error?.code == .limitExceeded)
    #expect(refused.load(ordering: .relaxed) < count / 2)
  }
}
