import Synchronization
import Testing

@testable import Pouch
@testable import PouchCore

@Suite("length10 under hostile bytes", .timeLimit(.minutes(1)))
struct Length10HostileTests {
  @Test(
    "a header that is no length ends the connection, and nothing is handed over",
    arguments: [
      "-1        ", "+5        ", " 33       ", "1_0       ", "thirty    ", "33\n       ",
      "3e1       ",
      "GET / HTTP/1.1\r\n", "SSH-2.0-x\r\n",
    ])
  func wrongHeader(_ header: String) async throws {
    let (got, outcome) = try await Length10Line().receive { peer in
      try await peer.write(Array(header.utf8) + tutorialPickle)
      try await peer.finish()
    }
    #expect(got.isEmpty)
    #expect(outcome.error?.code == .protocolMismatch)
    #expect(outcome.error?.hint != nil)
  }

  @Test("a wrong header behind an object leaves the object delivered")
  func wrongSecondHeader() async throws {
    let (got, outcome) = try await Length10Line().receive { peer in
      try await peer.write(tutorialMessage + Array("-1        ".utf8))
      try await peer.finish()
    }
    #expect(got == [Bytes(tutorialPickle)])
    #expect(outcome.error?.code == .badData)
    #expect(outcome.error?.objectID == 2)
  }

  @Test("a length that lies is refused without waiting for what it announces")
  func hugeLength() async throws {
    // The peer stays connected and silent: only the header can end this.
    let line = Length10Line()
    let (got, outcome) = try await line.receive { peer in
      try await peer.write(Array("9999999999".utf8))
    }
    #expect(got.isEmpty)
    #expect(outcome.error?.code == .limitExceeded)
    #expect(outcome.error?.message.contains("9999999999") == true)
  }

  @Test(
    "a length above the limit is refused from its header alone, whole or as a stream",
    arguments: [TransportKind.tcp, .tls, .unixPath], [false, true])
  func headerAlone(_ kind: TransportKind, _ streams: Bool) async throws {
    try await kind.withLength10 { endpoint, sending, receiving in
      var receiving = receiving
      receiving.limits.object = streams ? 256 << 20 : 1 << 20
      receiving.limits.stream = streams ? 1 << 20 : nil
      let ended = Gathered<PouchError?>()
      receiving.onEvent = { if case .disconnected(_, let error) = $0 { ended.append(error) } }
      let got = Gathered<Int>()
      let receiver = Receiver(on: endpoint, options: receiving)
      let bound = try await receiver.bind()[0]
      let running = Task {
        if streams {
          try await receiver.runStreamed { delivery in
            for try await chunk in delivery.body { got.append(chunk.count) }
          }
        } else {
          try await receiver.run { got.append($0.payload.count) }
        }
      }
      var settings = sending.tls
      settings?.applicationProtocol = .length10
      let transport = try Transports().transport(
        for: bound, tls: settings, connectTimeout: .seconds(60))
      for header in ["9999999999", "1048577   ", "0002000000"] {
        let stream: any ByteStream = try await transport.connect(to: bound)
        try await stream.handshake()
        // The peer stays connected and silent: only the header can end this.
        try await stream.write([Bytes(utf8: header)])
        // Over TLS this end is no good one, and there is nothing before it anywhere.
        var rest = ByteBuffer()
        #expect((try? await stream.read(into: &rest)) ?? 0 == 0)
        stream.close()
      }
      await ended.wait(for: 3)
      for error in ended.values.prefix(3) {
        #expect(error?.code == .limitExceeded && error?.message.contains("announces") == true)
      }
      // What is as long as the limit is waited for.
      let stream: any ByteStream = try await transport.connect(to: bound)
      try await stream.handshake()
      let payload = Bytes([UInt8](repeating: 7, count: 1 << 20))
      try await stream.write([Bytes(utf8: "1048576   "), payload])
      try await stream.finish()
      await ended.wait(for: 4)
      #expect(ended.values.count == 4 && ended.values[3] == nil)
      stream.close()
      receiver.stop()
      try await running.value
      #expect(got.values.reduce(0, +) == 1 << 20)
    }
  }

  @Test("memory grows as bytes arrive, not as they are announced")
  func growth() async throws {
    let arriving =
      [Array("268435456 ".utf8)] + Array(repeating: [UInt8](repeating: 7, count: 4096), count: 100)
    let stream = ScriptedStream(arriving)
    let connection = stream.connection()
    let outcome = await connection.run(arrived: Bytes(), to: .whole { _ in })
    #expect(outcome.error?.code == .connectionLost)
    var arrived = 0
    for (index, reading) in stream.readings.enumerated() {
      // As much again as is there, and what a read takes at least.
      #expect(reading.room <= max(arrived * 2, 128 << 10), "read \(index)")
      arrived += index < arriving.count ? arriving[index].count : 0
    }
  }

  @Test("a stream that is cut at any byte delivers whole objects and ends with an error")
  func cut() async throws {
    let stream = tutorialMessage + tutorialMessage
    for length in 0...stream.count {
      let (got, outcome) = try await Length10Line().receive { peer in
        try await peer.write(Array(stream.prefix(length)))
        try await peer.finish()
      }
      #expect(got == Array(repeating: Bytes(tutorialPickle), count: length / tutorialMessage.count))
      let isClean = length % tutorialMessage.count == 0
      #expect(outcome.error?.code == (isClean ? nil : .connectionLost), "cut at \(length)")
    }
  }

  @Test("a reset is an error even between two objects")
  func reset() async throws {
    let line = Length10Line()
    let got = Gathered<Bytes>()
    let outcome = try await line.run(.whole { got.append($0.payload) }) { peer in
      try await peer.write(tutorialMessage)
      await got.wait(for: 1)
      peer.close()
    }
    #expect(outcome.error?.code == .connectionLost)
  }

  @Test(
    "an object that has begun and does not go on is given up",
    arguments: ["3", "33        ", "33        \u{01}\u{02}"])
  func stalled(_ beginning: String) async throws {
    let line = Length10Line { _, timeouts in timeouts.body = .milliseconds(40) }
    let (got, outcome) = try await line.receive { peer in
      try await peer.write(Array(beginning.utf8))
    }
    #expect(got.isEmpty)
    #expect(outcome.error?.code == .timedOut)
    #expect(outcome.error?.message.contains("did not go on") == true)
  }

  @Test("the deadline runs while something is owed, and not between objects or in a handler")
  func owed() async throws {
    let message = tutorialMessage
    let stream = ScriptedStream([
      message, message + [0x33], Array(message[1..<10]), Array(message[10..<40]),
      Array(message[40...]),
    ])
    let connection = stream.connection()
    let inHandler = Gathered<Bool>()
    let outcome = await connection.run(
      arrived: Bytes(),
      to: .whole { _ in inHandler.append(connection.isOwedBytes.load(ordering: .relaxed)) })
    #expect(outcome.error == nil)
    #expect(inHandler.values == [false, false, false])
    #expect(stream.readings.map(\.isOwed) == [false, false, true, true, true, false])
  }

  @Test(
    "what a peer sends to a sender is named",
    arguments: ["GET / HTTP/1.1\r\n", "hello", "33        "])
  func talkingReceiver(_ words: String) async throws {
    let outcome = try await Length10Line().run(.none) { peer in
      try await peer.write(Array(words.utf8))
    }
    #expect(outcome.error?.code == .protocolMismatch)
    let what = ["G": "HTTP", "h": "text", "3": "a 10-character length header"][words.prefix(1)]
    #expect(outcome.error?.message.contains(try #require(what)) == true)
  }

  @Test(
    "a Pouch receiver at a length10 sender, and a Pouch sender at a length10 receiver, is named")
  func pouchPeer() async throws {
    let hello = Preface.bytes.array + [0, 0, 0, 9]
    let sending = try await Length10Line().run(.none) { try await $0.write(hello) }
    let (_, receiving) = try await Length10Line().receive { try await $0.write(hello) }
    for outcome in [sending, receiving] {
      #expect(outcome.error?.code == .protocolMismatch)
      #expect(outcome.error?.message.contains("the preface of Pouch") == true)
      #expect(outcome.error?.hint == "use the same framing at both ends")
    }
  }
}
