import Pouch
import Testing

@Suite("Every transport and pipeline", .timeLimit(.minutes(2)))
struct TransportMatrixTests {
  static let objects: [Bytes] = [
    Bytes(), Bytes([1]), pattern(40_000), pattern(600_001), Bytes([2]),
  ]

  @Test(
    "carries objects of any size to a receiver that listens",
    arguments: TransportKind.allCases, PipelineKind.allCases)
  func receiverListens(_ kind: TransportKind, _ pipeline: PipelineKind) async throws {
    try await kind.withOptions(pipeline) { endpoint, sending, receiving in
      let got = Gathered<Bytes>()
      try await withReceiver(at: endpoint, receiving) { delivery in
        got.append(delivery.payload)
      } _: { bound, _ in
        try await withSender(to: bound, options: sending) { sender in
          for object in Self.objects { try await sender.send(object) }
        }
      }
      #expect(got.values == Self.objects)
    }
  }

  @Test(
    "carries objects of any size from a sender that listens",
    arguments: TransportKind.allCases, [PipelineKind.none, .deflateCRC32C])
  func senderListens(_ kind: TransportKind, _ pipeline: PipelineKind) async throws {
    try await kind.withOptions(pipeline) { endpoint, sending, receiving in
      let bound = Gathered<Endpoint>()
      var options = sending
      options.onEvent = { if case .listening(let endpoint) = $0 { bound.append(endpoint) } }
      let listening = options
      let got = Gathered<Bytes>()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await withSender(listeningOn: [endpoint], options: listening) { sender in
            for object in Self.objects { try await sender.send(object).processed() }
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

  @Test("tells both ends who the other is", arguments: TransportKind.allCases)
  func identity(_ kind: TransportKind) async throws {
    try await kind.withOptions { endpoint, sending, receiving in
      let peers = Gathered<PeerIdentity>()
      try await withReceiver(at: endpoint, receiving) {
        peers.append($0.peer)
      } _: { bound, _ in
        try await withSender(to: bound, options: sending) { sender in
          try await sender.send(Bytes([1]))
          let peer = try #require(sender.connections.first?.peer)
          if kind == .tls { #expect(peer.names == ["localhost"]) }
        }
      }
      let peer = try #require(peers.values.first)
      switch kind {
      case .tls:
        #expect(peer.names == ["localhost"])
        #expect(peer.security?.version == "TLSv1.3")
        #expect(peer.security?.applicationProtocol == "pouch/1")
      case .unixPath, .unixAbstract: #expect(peer.credentials != nil)
      case .memory, .tcp: #expect(peer.names.isEmpty)
      }
    }
  }

  @Test(
    "streams a large object past small ones, in constant pieces", arguments: TransportKind.allCases)
  func streaming(_ kind: TransportKind) async throws {
    try await kind.withOptions(.crc32c) { endpoint, sending, receiving in
      let sizes = Gathered<Int>()
      let longest = Gathered<Int>()
      let receiver = Receiver(on: endpoint, options: receiving)
      let bound = try await receiver.bind()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await receiver.runStreamed { delivery in
            var total = 0
            for try await piece in delivery.body {
              total += piece.count
              longest.append(piece.count)
            }
            sizes.append(total)
          }
        }
        try await withSender(to: bound[0], options: sending) { sender in
          var left = 20_000_000
          let large = try await sender.send(attributes: Attributes(name: "large")) { most in
            defer { left -= min(left, most) }
            return pattern(min(left, most))
          }
          try await sender.send(Bytes([1, 2, 3]))
          try await large.processed()
        }
        receiver.stop()
        try await group.waitForAll()
      }
      #expect(sizes.values.sorted() == [3, 20_000_000])
      #expect(longest.values.allSatisfy { $0 <= 256 << 10 })
    }
  }
}
