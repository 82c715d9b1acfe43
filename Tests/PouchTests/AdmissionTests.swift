import Synchronization
import Testing

@testable import Pouch
@testable import PouchCore

/// Peers that come when there is no place for them.
@Suite("Too many connections", .timeLimit(.minutes(1)))
struct AdmissionTests {
  @Test(
    "one connection too many is told that this side is busy, and its user that it can try again",
    arguments: TransportKind.allCases)
  func busy(_ kind: TransportKind) async throws {
    try await kind.withOptions { endpoint, sending, receiving in
      var receiving = receiving
      receiving.limits.connections = 1
      let refused = Gathered<PouchError>()
      let ended = Gathered<Void>()
      receiving.onEvent = {
        if case .refused(_, let error) = $0 { refused.append(error) }
        if case .disconnected = $0 { ended.append(()) }
      }
      let got = Gathered<Bytes>()
      try await withReceiver(at: endpoint, receiving) {
        got.append($0.payload)
      } _: { bound, _ in
        try await withSender(to: bound, options: sending) { first in
          try await first.send(Bytes([1])).processed()
          for _ in 1...3 {
            let error = await #expect(throws: PouchError.self) {
              try await withSender(to: bound, options: sending) { try await $0.send(Bytes([9])) }
            }
            #expect(error?.code == .unreachable)
            #expect(error?.cause?.hasSuffix("(busy)") == true, "\(String(describing: error))")
          }
          // Who was here before is not troubled.
          try await first.send(Bytes([2])).processed()
        }
        await refused.wait(for: 3)
        await ended.wait(for: 1)
        // There is a place again.
        _ = try await withSender(to: bound, options: sending) { try await $0.send(Bytes([3])) }
      }
      #expect(got.values == [Bytes([1]), Bytes([2]), Bytes([3])])
      #expect(refused.values.map(\.code) == [.limitExceeded, .limitExceeded, .limitExceeded])
    }
  }

  @Test("of two that come for the last place at the same time, one is told before it is welcomed")
  func lastPlace() async throws {
    let transport = MemoryTransport()
    var options = ReceiverOptions()
    options.transports.register(.memory, transport)
    options.timeouts = .patient
    options.limits.connections = 1
    try await withReceiver(at: .memory("last"), options) { _ in
    } _: { bound, _ in
      var kinds: [FrameKind] = []
      var streams: [any ByteStream] = []
      for _ in 0..<2 {
        let stream = try await transport.connect(to: bound)
        streams.append(stream)
        let peer = StrangePeer(stream: stream)
        var preface = ByteBuffer()
        while preface.count < Preface.size { _ = try await stream.read(into: &preface) }
        try await stream.write(Self.opening())
        // Neither sends READY.
        kinds.append(try await peer.read().header.kind)
      }
      #expect(kinds == [.welcome, .reject])
      for stream in streams { stream.close() }
    }
  }

  /// What a sender writes first.
  static func opening() -> [Bytes] {
    var offer = Handshake.Offer(
      role: .sender, id: [UInt8](repeating: 1, count: 16), software: "strange/1",
      frame: 1 << 20, object: nil, heartbeat: 0, stages: [], acknowledge: .processed,
      window: .standard, accept: { _ throws(PouchError) in [] })
    offer.formats = [.raw]
    return Handshake(offer: offer, isInitiator: true, nonces: .random()).opening()
  }

  @Test("a peer in the middle of its handshake is told that this side is about to stop")
  func closing() async throws {
    let transport = MemoryTransport()
    var options = ReceiverOptions()
    options.transports.register(.memory, transport)
    options.timeouts = .patient
    options.timeouts.close = .seconds(2)
    try await withReceiver(at: .memory("closing"), options) { _ in
    } _: { bound, receiver in
      let stream = try await transport.connect(to: bound)
      let peer = StrangePeer(stream: stream)
      // Its preface says that it is being served.
      var preface = ByteBuffer()
      while preface.count < Preface.size { _ = try await stream.read(into: &preface) }
      receiver.stop()
      try await stream.write(Self.opening())
      let answer = try await peer.read()
      #expect(answer.header.kind == .reject)
      #expect(try Rejection(reading: HandshakeFrame.open(answer)).code == .closing)
      stream.close()
    }
  }

  @Test("a peer that says nothing does not keep a receiver from stopping")
  func silent() async throws {
    let transport = MemoryTransport()
    var options = ReceiverOptions()
    options.transports.register(.memory, transport)
    options.timeouts = .patient
    try await withReceiver(at: .memory("silent"), options) { _ in
    } _: { bound, _ in
      let stream = try await transport.connect(to: bound)
      var preface = ByteBuffer()
      while preface.count < Preface.size { _ = try await stream.read(into: &preface) }
    }
  }
}
