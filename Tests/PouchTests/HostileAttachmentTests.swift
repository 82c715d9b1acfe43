import CBOR
import Synchronization
import Testing

@testable import Pouch
@testable import PouchCore

/// Attributes that no sender of this library would write.
@Suite("Hostile attachments", .timeLimit(.minutes(1)))
struct HostileAttachmentTests {
  static func encoded(_ lengths: [UInt64], size: UInt64? = nil) -> Bytes {
    var fields: [(String, CBOR.Value)] = [
      ("attachments", .array(lengths.map { .unsigned($0) }))
    ]
    if let size { fields.append(("size", .unsigned(size))) }
    return Bytes(CBOR.Value.textMap(fields).encoded())
  }

  static let impossible: [[UInt64]] = [
    [11], [10, 1], [.max], [.max, 11], [.max, .max], [1 << 63, 1 << 63],
    [UInt64](repeating: 1, count: 11), [UInt64](repeating: 0, count: 1025),
  ]

  /// Runs `send` between two good objects, which alone are to arrive.
  static func expectRefusal(
    _ kind: TransportKind = .memory, streamed: Bool = false,
    _ send: (Connection) async throws -> UInt64
  ) async throws {
    try await kind.withOptions(.crc32c) { endpoint, sending, receiving in
      let got = Gathered<Bytes>()
      let receiver = Receiver(on: endpoint, options: receiving)
      let bound = try await receiver.bind()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          if streamed {
            try await receiver.runStreamed { delivery in
              var whole = ByteBuffer()
              for try await piece in delivery.body { whole.append(piece) }
              got.append(whole.freeze())
            }
          } else {
            try await receiver.run { got.append($0.payload) }
          }
        }
        try await withSender(to: bound[0], options: sending) { sender in
          try await sender.send(Bytes([1])).processed()
          let connection = try #require(try await sender.pick() as? Connection)
          // An object in chunks may be refused before its last one is sent.
          let error = await #expect(throws: PouchError.self) {
            let id = try await send(connection)
            try await Receipt(id: id, connection: connection).processed()
          }
          #expect(error?.code == .rejected)
          #expect(error?.description.contains("(format)") == true)
          try await sender.send(Bytes([2])).processed()
          #expect(sender.summary.refused == 1)
        }
        receiver.stop()
        try await group.waitForAll()
      }
      #expect(got.values == [Bytes([1]), Bytes([2])])
    }
  }

  @Test(
    "lengths that do not add up refuse their object alone", arguments: impossible, [true, false])
  func whole(_ lengths: [UInt64], _ streamed: Bool) async throws {
    try await Self.expectRefusal(streamed: streamed) { connection in
      try await connection.send(pattern(10), format: .raw, attributes: Self.encoded(lengths))
    }
  }

  @Test(
    "lengths that do not add up refuse an object in chunks at its first",
    arguments: [
      [1_400_001], [.max], [.max, .max], [UInt64](repeating: 0, count: 1025),
    ] as [[UInt64]], [true, false])
  func chunked(_ lengths: [UInt64], _ streamed: Bool) async throws {
    try await Self.expectRefusal(streamed: streamed) { connection in
      try await connection.send(
        pattern(1_400_000), format: .raw, attributes: Self.encoded(lengths, size: 1_400_000))
    }
  }

  @Test("an object in chunks whose size is not said is refused", arguments: [true, false])
  func noSize(_ streamed: Bool) async throws {
    try await Self.expectRefusal(streamed: streamed) { connection in
      try await connection.send(pattern(1_400_000), format: .raw, attributes: Self.encoded([5]))
    }
  }

  @Test(
    "a refused object among others in its frame takes none of them along, nor one above the limit",
    arguments: HandlerForm.allCases)
  func amongOthers(_ form: HandlerForm) async throws {
    try await TransportKind.memory.withOptions(.none) { endpoint, sending, receiving in
      var (sending, receiving) = (sending, receiving)
      receiving.limits.object = 4
      sending.failsIfIncomplete = false
      let got = Gathered<Arrival>()
      let receiver = Receiver(on: endpoint, options: receiving)
      let bound = try await receiver.bind()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await form.run(receiver) { got.append(Arrival($0)) } }
        try await withSender(to: bound[0], options: sending) { sender in
          let connection = try #require(try await sender.pick() as? Connection)
          // Under the lock, so that all of them share a frame; the last one is too large.
          connection.state.withLock { state in
            for (size, lengths) in [(3, [2]), (3, [4]), (3, [0, 3]), (3, [.max, 4]), (5, [4])]
              as [(UInt8, [UInt64])]
            {
              [UInt8](1...size).withUnsafeBytes {
                _ = state.session.outbox.append(
                  $0, format: .raw, attributes: Self.encoded(lengths))
              }
            }
          }
          try await sender.send(Bytes([9])).processed()
          #expect(sender.summary.refused == 3)
        }
        receiver.stop()
        try await group.waitForAll()
      }
      #expect(
        got.values == [
          Arrival(Bytes([1]), [Bytes([2, 3])]), Arrival(Bytes(), [Bytes(), Bytes([1, 2, 3])]),
          Arrival(Bytes([9]), []),
        ])
    }
  }

  @Test("malformed attributes end the connection, and hand over nothing")
  func malformed() async throws {
    try await TransportKind.memory.withOptions(.none) { endpoint, sending, receiving in
      let got = Gathered<Bytes>()
      try await withReceiver(at: endpoint, receiving) {
        got.append($0.payload)
      } _: { bound, _ in
        let error = await #expect(throws: PouchError.self) {
          try await withSender(to: bound, options: sending) { sender in
            let connection = try #require(try await sender.pick() as? Connection)
            let map = CBOR.Value.textMap([("attachments", .array([.text("3")]))])
            let id = try await connection.send(
              pattern(3), format: .raw, attributes: Bytes(map.encoded()))
            try await Receipt(id: id, connection: connection).processed()
          }
        }
        #expect(error?.description.contains("unsigned integers") == true)
      }
      #expect(got.values.isEmpty)
    }
  }
}
