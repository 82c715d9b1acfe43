import Pouch
import Testing

@Suite("Sending and receiving", .timeLimit(.minutes(1)))
struct SendingTests {
  let transport = MemoryTransport()

  func senderOptions(_ pipeline: PipelineKind = .none) throws -> SenderOptions {
    var options = SenderOptions()
    options.transports.register(.memory, transport)
    options.timeouts = .patient
    options.pipeline = try pipeline.stages
    return options
  }

  func receiverOptions() throws -> ReceiverOptions {
    var options = ReceiverOptions()
    options.transports.register(.memory, transport)
    options.timeouts = .patient
    let key = PipelineKind.key
    options.stages.register("hmac-sha-256") { _ throws(PouchError) in
      try HMACSHA256Stage(key: key)
    }
    return options
  }

  @Test("objects of every size arrive whole and in order", arguments: PipelineKind.allCases)
  func everySize(_ pipeline: PipelineKind) async throws {
    let sizes = [0, 1, 63, 64, 1000, 16_384, 16_385, 65_536, 262_143, 262_144, 300_000, 2_000_003]
    let got = Gathered<Bytes>()
    try await withReceiver(at: .memory("sizes"), receiverOptions()) { delivery in
      got.append(delivery.payload)
    } _: { endpoint, _ in
      try await withSender(to: endpoint, options: senderOptions(pipeline)) { sender in
        for size in sizes {
          try await sender.send(pattern(size)).processed()
        }
        let summary = sender.summary
        #expect(summary.accepted == UInt64(sizes.count))
        #expect(summary.acknowledged == UInt64(sizes.count))
        #expect(summary.inFlight == 0)
      }
    }
    #expect(got.values.map(\.count) == sizes)
    for bytes in got.values { #expect(bytes == pattern(bytes.count)) }
  }

  @Test("twenty thousand small objects arrive, each once and in order")
  func manySmall() async throws {
    let count = 20_000
    let got = Gathered<UInt64>()
    try await withReceiver(at: .memory("many"), receiverOptions()) { delivery in
      got.append(delivery.payload.withUnsafeBytes { $0.bigEndian(0) })
    } _: { endpoint, _ in
      try await withSender(to: endpoint, options: senderOptions(.crc32c)) { sender in
        var buffer = ByteBuffer()
        for index in 0..<UInt64(count) {
          buffer.append(bigEndian: index)
          try await sender.send(buffer.take(8))
        }
      }
    }
    #expect(got.values == Array(0..<UInt64(count)))
  }

  @Test("a handler that throws refuses its object alone, and the sender is told why")
  func refusal() async throws {
    try await withReceiver(at: .memory("refusal"), receiverOptions()) { delivery in
      if delivery.payload[0] == 1 { throw Refusal(code: "processing", text: "not this one") }
    } _: { endpoint, _ in
      try await withSender(to: endpoint, options: senderOptions()) { sender in
        let good = try await sender.send(Bytes([0]))
        let bad = try await sender.send(Bytes([1]))
        let after = try await sender.send(Bytes([2]))
        try await good.processed()
        let error = await #expect(throws: PouchError.self) { try await bad.processed() }
        #expect(error?.code == .rejected)
        #expect(error?.objectID == 2)
        #expect(error?.description.contains("not this one") == true)
        try await after.processed()
        #expect(sender.summary.refused == 1)
        #expect(sender.summary.acknowledged == 2)
      }
    }
  }

  @Test("a receiver that dials gets what a listening sender sends")
  func receiverDials() async throws {
    let bound = Gathered<Endpoint>()
    var options = try senderOptions(.crc32c)
    options.onEvent = { if case .listening(let endpoint) = $0 { bound.append(endpoint) } }
    let sending = options
    let receiving = try receiverOptions()
    let got = Gathered<Bytes>()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await withSender(listeningOn: [.memory("dial")], options: sending) { sender in
          try await sender.send(Bytes([1, 2, 3])).processed()
          try await sender.send(pattern(700_000)).processed()
        }
      }
      await bound.wait(for: 1)
      let receiver = Receiver(dialling: [.memory("dial")], options: receiving)
      try await receiver.run { got.append($0.payload) }
      try await group.waitForAll()
    }
    #expect(got.values == [Bytes([1, 2, 3]), pattern(700_000)])
  }

  @Test("a receiver refuses a pipeline that lacks what it requires, and both sides say why")
  func requiredStage() async throws {
    var options = try receiverOptions()
    options.requiredStages = ["crc32c"]
    let events = Gathered<PouchError>()
    options.onEvent = { if case .refused(_, let error) = $0 { events.append(error) } }
    try await withReceiver(at: .memory("policy"), options) { _ in
    } _: { endpoint, _ in
      let error = await #expect(throws: PouchError.self) {
        try await withSender(to: endpoint, options: senderOptions()) { _ in }
      }
      #expect(error?.code == .protocolMismatch)
      #expect(error?.description.contains("lacks 'crc32c'") == true)
      await events.wait(for: 1)
    }
    #expect(events.values.map(\.code) == [.protocolMismatch])
  }

  @Test("what a receiver does not take is counted as not delivered")
  func stopping() async throws {
    let started = Gathered<UInt64>()
    let release = Gathered<Void>()
    try await withReceiver(at: .memory("stop"), receiverOptions()) { delivery in
      started.append(delivery.id)
      await release.wait(for: 1)
    } _: { endpoint, receiver in
      let error = await #expect(throws: PouchError.self) {
        try await withSender(to: endpoint, options: senderOptions()) { sender in
          let first = try await sender.send(Bytes([1]))
          let second = try await sender.send(Bytes([2]))
          await started.wait(for: 1)
          receiver.stop()
          release.append(())
          try await first.processed()
          #expect(sender.summary.acknowledged == 1)
          try await second.processed()
        }
      }
      #expect(error?.code == .peerClosed)
    }
    #expect(started.values == [1])
  }
}

/// Bytes that differ from place to place and from size to size.
func pattern(_ size: Int) -> Bytes {
  var state = UInt64(size) &* 0x9e37_79b9_7f4a_7c15 | 1
  var bytes: [UInt8] = []
  bytes.reserveCapacity(size)
  for _ in 0..<size {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    bytes.append(UInt8(truncatingIfNeeded: state >> 24))
  }
  return Bytes(bytes)
}
