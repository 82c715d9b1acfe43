import CBOR
import Pouch
import Testing

/// The object that attachments are sent with.
struct Note: Codable, Equatable {
  var title: String
  var shape: [Int]
}

/// An object and its attachments as they arrived.
struct Arrival: Equatable, Sendable {
  var format: ObjectFormat
  var payload: Bytes
  var attachments: [Bytes]

  init(_ delivery: Delivery) {
    format = delivery.format
    payload = delivery.payload
    attachments = delivery.attachments
  }

  init(_ payload: Bytes, _ attachments: [Bytes], format: ObjectFormat = .raw) {
    self.format = format
    self.payload = payload
    self.attachments = attachments
  }
}

@Suite("Attachments", .timeLimit(.minutes(2)))
struct AttachmentTests {
  static let note = Note(title: "weights", shape: [2, 3])

  /// Small, large, many, none, and every mixture of them.
  static let sets: [[Bytes]] = [
    [], [Bytes()], [pattern(1)], [pattern(3), Bytes(), pattern(2)], [pattern(16_385)],
    [pattern(100_000)], [pattern(100_000), pattern(7), pattern(20_000), Bytes(), pattern(9)],
    [pattern(700_001)], [pattern(12), pattern(700_001), pattern(262_144), pattern(5)],
    (0..<1024).map { pattern($0) },
  ]

  static let large = pattern(300_000)

  static func send(_ sender: Sender) async throws {
    for attachments in sets {
      try await sender.send(note, attachments: attachments, attributes: Attributes(name: "n"))
      try await sender.send(pattern(5), attachments: attachments, format: .json)
      try await sender.send(Bytes(), attachments: attachments)
      try await sender.send(large, attachments: attachments)
      try await sender.send([1, 2] as [UInt8], attachments: attachments)
      try await sender.send(Bytes([9]))
    }
  }

  static func expect(_ arrivals: [Arrival], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(arrivals.count == sets.count * 6, sourceLocation: sourceLocation)
    guard arrivals.count == sets.count * 6 else { return }
    let encoded = (try? CBOREncoder().encode(note)).map { Bytes($0) } ?? Bytes()
    for (index, set) in sets.enumerated() {
      let expected = [
        Arrival(encoded, set, format: .cbor), Arrival(pattern(5), set, format: .json),
        Arrival(Bytes(), set), Arrival(large, set), Arrival(Bytes([1, 2]), set),
        Arrival(Bytes([9]), []),
      ]
      #expect(
        Array(arrivals[index * 6..<index * 6 + 6]) == expected, "set \(index)",
        sourceLocation: sourceLocation)
    }
  }

  @Test(
    "of any size and number arrive beside their object, in order",
    arguments: TransportKind.allCases, PipelineKind.allCases)
  func receiverListens(_ kind: TransportKind, _ pipeline: PipelineKind) async throws {
    try await kind.withOptions(pipeline) { endpoint, sending, receiving in
      let got = Gathered<Arrival>()
      try await withReceiver(at: endpoint, receiving) { delivery in
        if delivery.format == .cbor {
          let note = try delivery.decode(Note.self)
          #expect(note == Self.note)
        }
        let total = UInt64(delivery.attachments.reduce(delivery.payload.count) { $0 + $1.count })
        #expect(delivery.attributes.size ?? total == total)
        got.append(Arrival(delivery))
      } _: { bound, _ in
        try await withSender(to: bound, options: sending) { try await Self.send($0) }
      }
      Self.expect(got.values)
    }
  }

  @Test("arrive from a sender that listens", arguments: TransportKind.allCases)
  func senderListens(_ kind: TransportKind) async throws {
    try await kind.withOptions(.deflateCRC32C) { endpoint, sending, receiving in
      var options = sending
      let bound = Gathered<Endpoint>()
      options.onEvent = { if case .listening(let endpoint) = $0 { bound.append(endpoint) } }
      let listening = options
      let got = Gathered<Arrival>()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await withSender(listeningOn: [endpoint], options: listening) {
            try await Self.send($0)
          }
        }
        await bound.wait(for: 1)
        try await Receiver(dialling: bound.values, options: receiving).run {
          got.append(Arrival($0))
        }
        try await group.waitForAll()
      }
      Self.expect(got.values)
    }
  }

  @Test(
    "travel to a receiver of small frames, as do long attributes",
    arguments: TransportKind.allCases, [PipelineKind.none, .crc32c])
  func smallFrames(_ kind: TransportKind, _ pipeline: PipelineKind) async throws {
    try await kind.withOptions(pipeline) { endpoint, sending, receiving in
      var receiving = receiving
      receiving.limits.frame = 20_000
      let headers = ["h": String(repeating: "x", count: 15_000)]
      let many = (0..<1024).map { pattern(300 + $0) }
      let got = Gathered<Arrival>()
      try await withReceiver(at: endpoint, receiving) { delivery in
        #expect(delivery.attributes.headers.isEmpty || delivery.attributes.headers == headers)
        got.append(Arrival(delivery))
      } _: { bound, _ in
        try await withSender(to: bound, options: sending) { sender in
          try await sender.send(pattern(17_000), attributes: Attributes(headers: headers))
          try await sender.send(pattern(1000), attachments: many)
          try await sender.send(
            pattern(3), attachments: [pattern(50_000)], attributes: Attributes(headers: headers))
          let error = await #expect(throws: PouchError.self) {
            let long = ["h": String(repeating: "x", count: 19_500)]
            try await sender.send(pattern(17_000), attributes: Attributes(headers: long))
          }
          #expect(error?.code == .limitExceeded)
          try await sender.send(Bytes([9]))
        }
      }
      #expect(
        got.values == [
          Arrival(pattern(17_000), []), Arrival(pattern(1000), many),
          Arrival(pattern(3), [pattern(50_000)]), Arrival(Bytes([9]), []),
        ])
    }
  }

  @Test("come as the end of a streamed body, with their lengths", arguments: TransportKind.allCases)
  func streamed(_ kind: TransportKind) async throws {
    try await kind.withOptions(.crc32c) { endpoint, sending, receiving in
      let got = Gathered<Arrival>()
      let receiver = Receiver(on: endpoint, options: receiving)
      let bound = try await receiver.bind()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await receiver.runStreamed { delivery in
            let own = try #require(delivery.objectLength)
            var whole = ByteBuffer()
            for try await piece in delivery.body { whole.append(piece) }
            var attachments: [Bytes] = []
            let payload = whole.take(Int(own))
            for length in delivery.attributes.attachments {
              attachments.append(whole.take(Int(length)))
            }
            let isComplete = whole.isEmpty
            #expect(isComplete)
            got.append(Arrival(payload, attachments))
          }
        }
        try await withSender(to: bound[0], options: sending) { sender in
          for size in [10, 50_000, 900_000] {
            try await sender.send(pattern(7), attachments: [pattern(size), pattern(3)]).processed()
          }
          // Sent as a stream, too: lengths and size are the sender's to say.
          var rest = ByteBuffer()
          for part in [7, 900_000, 3] { rest.append(pattern(part)) }
          var bytes = rest.freeze()
          let attributes = Attributes(size: 900_010, attachments: [900_000, 3])
          try await sender.send(attributes: attributes) { longest in
            defer { bytes = bytes.dropFirst(longest) }
            return bytes.prefix(longest)
          }.processed()
        }
        receiver.stop()
        try await group.waitForAll()
      }
      #expect(
        got.values
          == [10, 50_000, 900_000, 900_000].map {
            Arrival(pattern(7), [pattern($0), pattern(3)])
          })
    }
  }

  @Test("are slices of the delivery's one buffer, and outlive it")
  func slices() async throws {
    let kept = Gathered<Bytes>()
    try await TransportKind.memory.withOptions { endpoint, sending, receiving in
      try await withReceiver(at: endpoint, receiving) { delivery in
        func address(_ bytes: Bytes) -> Int {
          bytes.withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
        }
        #expect(delivery.attachments.count == 2)
        var expected = address(delivery.payload) + delivery.payload.count
        for attachment in delivery.attachments {
          #expect(address(attachment) == expected)
          expected += attachment.count
          kept.append(attachment)
        }
      } _: { bound, _ in
        try await withSender(to: bound, options: sending) { sender in
          for size in [100, 1_000_000] {
            try await sender.send(pattern(5), attachments: [pattern(size), pattern(size + 1)])
          }
        }
      }
    }
    #expect(kept.values == [100, 101, 1_000_000, 1_000_001].map { pattern($0) })
  }

  @Test("are refused by the framing length10, which has no place for them")
  func length10() async throws {
    try await TransportKind.memory.withOptions { endpoint, sending, receiving in
      var (sending, receiving) = (sending, receiving)
      sending.framing = .length10
      receiving.framing = .length10
      let got = Gathered<Bytes>()
      try await withReceiver(at: endpoint, receiving) {
        got.append($0.payload)
      } _: { bound, _ in
        try await withSender(to: bound, options: sending) { sender in
          let beside = await #expect(throws: PouchError.self) {
            try await sender.send(Bytes([1]), attachments: [Bytes([2])], format: .pickle)
          }
          #expect(beside?.code == .usage)
          let listed = await #expect(throws: PouchError.self) {
            let attributes = Attributes(attachments: [1])
            try await sender.send(Bytes([1, 2]), attributes: attributes, format: .pickle)
          }
          #expect(listed?.code == .usage)
          try await sender.send(Bytes([3]), format: .pickle)
        }
      }
      #expect(got.values == [Bytes([3])])
    }
  }

  @Test("that cannot be are refused before anything is sent")
  func usage() async throws {
    try await TransportKind.memory.withOptions { endpoint, sending, receiving in
      var receiving = receiving
      receiving.limits.object = 1_000_000
      let got = Gathered<Arrival>()
      try await withReceiver(at: endpoint, receiving) {
        got.append(Arrival($0))
      } _: { bound, _ in
        try await withSender(to: bound, options: sending) { sender in
          let many = [Bytes](repeating: Bytes(), count: Attributes.mostAttachments + 1)
          let tooMany = await #expect(throws: PouchError.self) {
            try await sender.send(Bytes([1]), attachments: many)
          }
          #expect(tooMany?.code == .usage)
          let tooLong = await #expect(throws: PouchError.self) {
            try await sender.send(Bytes([1]), attributes: Attributes(attachments: [2]))
          }
          #expect(tooLong?.code == .usage)
          let sizeless = await #expect(throws: PouchError.self) {
            try await sender.send(attributes: Attributes(attachments: [2])) { _ in Bytes() }
          }
          #expect(sizeless?.code == .usage)
          let tooLarge = await #expect(throws: PouchError.self) {
            try await sender.send(pattern(10), attachments: [pattern(999_991)])
          }
          #expect(tooLarge?.code == .limitExceeded)
          try await sender.send(pattern(10), attachments: [pattern(999_990)]).processed()
        }
      }
      #expect(got.values == [Arrival(pattern(10), [pattern(999_990)])])
    }
  }
}
