import PouchTLS
import Testing

@testable import Pouch
@testable import PouchCore

/// Receivers that mean no good, at a sender that has others to serve.
@Suite("A hostile receiver", .timeLimit(.minutes(2)))
struct HostileReceiverTests {
  enum Malice: CaseIterable, Sendable {
    /// Reads nothing, ever.
    case deaf
    /// Asks for signs of life as fast as it can, and reads none.
    case pinging
    /// Says what means nothing.
    case garbage
    /// Answers for objects that were never sent.
    case forgedAcknowledgements, forgedRefusals
    /// Takes one byte at a time, and then no more.
    case tiny
    /// Stops in its preface, and in its hello.
    case halfPreface, halfHello
    /// Reads a part of an object.
    case idle

    /// Whether it comes far enough to be served.
    var joins: Bool { self != .halfPreface && self != .halfHello }

    func play(_ endpoint: Endpoint, _ tls: TLSSettings?) async throws -> any ByteStream {
      guard joins else {
        let transport = try Transports().transport(
          for: endpoint, tls: tls, connectTimeout: .seconds(100))
        let stream = try await StrangePeer.connect(transport, to: endpoint)
        try await stream.handshake()
        let opening = AdmissionTests.opening().flatMap(\.array)
        // Byte by byte.
        for byte in opening.prefix(self == .halfPreface ? 5 : 100) {
          try await stream.write([Bytes([byte])])
        }
        return stream
      }
      let window = self == .tiny ? Window(objects: 1, bytes: 1) : .standard
      let peer = try await StrangePeer.join(endpoint, as: .receiver, tls: tls, window: window)
      switch self {
      case .pinging:
        let ping = StrangePeer.frame(.ping, Bytes([UInt8](repeating: 7, count: 8)))
        let many = Bytes((0..<1000).flatMap { _ in ping.array })
        // Until nobody takes it any more.
        while (try? await peer.stream.write([many])) != nil {}
      case .garbage: try? await peer.stream.write([pattern(100_000)])
      case .forgedAcknowledgements:
        for _ in 0..<1000 {
          let body = ViolationBodies.acknowledgement(1 << 40)
          guard (try? await peer.send(.acknowledge, body)) != nil else { break }
        }
      case .forgedRefusals:
        let refusal = Refusal(code: "refused", text: "no").encoded()
        for id in UInt64(1000)..<2000 {
          guard (try? await peer.send(.refuse, id: id, Bytes(refusal))) != nil else { break }
        }
      case .idle:
        var buffer = ByteBuffer()
        while buffer.count < 10_000, try await peer.stream.read(into: &buffer) > 0 {}
      case .deaf, .tiny, .halfPreface, .halfHello: break
      }
      return peer.stream
    }
  }

  private static func strict(_ options: SenderOptions) -> SenderOptions {
    var options = options
    options.timeouts.body = .seconds(2)
    options.timeouts.hello = .seconds(2)
    options.timeouts.drain = .milliseconds(500)
    options.timeouts.close = .milliseconds(500)
    options.failsIfIncomplete = false
    return options
  }

  @Test(
    "costs the others of a broadcast nothing, and is ended with one error",
    arguments: [TransportKind.tcp, .tls, .unixPath])
  func broadcast(_ kind: TransportKind) async throws {
    try await kind.withOptions { endpoint, sending, receiving in
      var sending = Self.strict(sending)
      let (ends, refused) = (Gathered<PouchError?>(), Gathered<PouchError>())
      sending.onEvent = { event in
        switch event {
        case .disconnected(_, let error): ends.append(error)
        case .refused(_, let error): refused.append(error)
        default: break
        }
      }
      // More than the sockets of somebody who reads nothing hold.
      let objects = (0..<8).map { pattern(1_000_000 + $0) }
      let (tls, options) = (receiving.tls, receiving)
      try await BroadcastTests.withBroadcaster(at: endpoint, sending) { sender in
        for object in objects { try await sender.send(object) }
      } _: { bound, _ in
        try await withThrowingTaskGroup(of: (any ByteStream)?.self) { group in
          for malice in Malice.allCases {
            group.addTask { try await malice.play(bound, tls) }
          }
          for _ in 0..<3 {
            group.addTask {
              let got = Gathered<Int>()
              let receiver = Receiver(dialling: [bound], options: options)
              try await receiver.run { got.append($0.payload.count) }
              #expect(got.values == objects.map(\.count))
              return nil
            }
          }
          // Held until the end: none of them goes by itself.
          var streams: [any ByteStream] = []
          for try await stream in group { if let stream { streams.append(stream) } }
          await refused.wait(for: 2)
          withExtendedLifetime(streams) {}
        }
      }
      let hostile = Malice.allCases.count { $0.joins }
      #expect(ends.values.count { $0 == nil } == 3, "\(ends.values)")
      #expect(ends.values.count { $0 != nil } == hostile, "\(ends.values)")
      #expect(refused.values.count == 2, "\(refused.values)")
    }
  }

  @Test(
    "takes no more objects of a sender that listens than its window, and the others are served",
    arguments: [TransportKind.tcp, .tls, .unixPath])
  func distribution(_ kind: TransportKind) async throws {
    try await kind.withOptions { endpoint, sending, receiving in
      var sending = Self.strict(sending)
      let connected = Gathered<Void>()
      sending.onEvent = { if case .connected = $0 { connected.append(()) } }
      let got = Gathered<[UInt8]>()
      let (tls, options) = (receiving.tls, receiving)
      let bound = Gathered<Endpoint>()
      let report = sending.onEvent
      sending.onEvent = { event in
        if case .listening(let endpoint) = event { bound.append(endpoint) }
        report?(event)
      }
      let listening = sending
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await withSender(listeningOn: [endpoint], options: listening) { sender in
            await connected.wait(for: 3)
            for number in 0..<600 {
              try await sender.send(Bytes([UInt8(number >> 8), UInt8(number & 255)]))
            }
            try await sender.close()
            let summary = sender.summary
            #expect(summary.accepted == 600)
            #expect(summary.acknowledged == UInt64(got.values.count))
            // One object is always in flight.
            #expect(summary.undelivered == 600 - summary.acknowledged)
            #expect(summary.undelivered <= 2, "\(summary)")
          }
        }
        await bound.wait(for: 1)
        let at = try #require(bound.values.first)
        var streams: [any ByteStream] = []
        for _ in 0..<2 {
          streams.append(
            try await StrangePeer.join(
              at, as: .receiver, tls: tls, window: Window(objects: 1, bytes: 1)
            ).stream)
        }
        let receiver = Receiver(dialling: [at], options: options)
        try await receiver.run { got.append($0.payload.array) }
        try await group.waitForAll()
        withExtendedLifetime(streams) {}
      }
      #expect(got.values.count >= 598)
      #expect(Set(got.values).count == got.values.count)
    }
  }
}
