import PouchSockets
import PouchTLS
import Synchronization
import Testing

@testable import Pouch
@testable import PouchCore

/// Peers that are refused in the handshake, and who makes room for whom, over real sockets.
@Suite("A refusal in the handshake", .timeLimit(.minutes(1)))
struct DismissalTests {
  private static let sockets: [TransportKind] = [.tcp, .tls, .unixPath, .unixAbstract]

  /// A stream without TLS to where somebody listens.
  private static func dial(_ endpoint: Endpoint) async throws -> SocketStream {
    switch endpoint.address {
    case .network: try await TCPTransport(connectTimeout: .seconds(60)).connect(to: endpoint)
    default: try await UnixTransport(connectTimeout: .seconds(60)).connect(to: endpoint)
    }
  }

  /// Everything up to a clean end; a reset throws.
  private static func readAll(_ stream: any ByteStream) async throws -> Bytes {
    var buffer = ByteBuffer()
    while try await stream.read(into: &buffer) > 0 {}
    return buffer.freeze()
  }

  /// How often each refusal is tried: a reset comes now and then.
  private static let tries = 50

  @Test("of an HTTP request with a body is the answer and a clean end", arguments: sockets)
  func http(_ kind: TransportKind) async throws {
    let request =
      Bytes(utf8: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n")
    let answer =
      kind == .tls ? Bytes([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x0A]) : Preface.bytes
    try await kind.withOptions { endpoint, _, receiving in
      let refused = Gathered<PouchError.Code>()
      var receiving = receiving
      receiving.onEvent = { if case .refused(_, let error) = $0 { refused.append(error.code) } }
      try await withReceiver(at: endpoint, receiving) { _ in
      } _: { bound, _ in
        for _ in 0..<Self.tries {
          let stream = try await Self.dial(bound)
          // More than one read takes, so that some of it is still there when the answer is sent.
          try await stream.write([request, Bytes([UInt8](repeating: 0x78, count: 40_000))])
          #expect(try await Self.readAll(stream) == answer)
          stream.close()
        }
        await refused.wait(for: Self.tries)
        #expect(refused.values.allSatisfy { $0 == .protocolMismatch })
      }
    }
  }

  @Test("for want of a place is REJECT busy and a clean end", arguments: sockets)
  func busy(_ kind: TransportKind) async throws {
    try await kind.withOptions { endpoint, sending, receiving in
      var receiving = receiving
      receiving.limits.connections = 1
      try await withReceiver(at: endpoint, receiving) { _ in
      } _: { bound, _ in
        let transport = try Transports().transport(
          for: bound, tls: sending.tls, connectTimeout: .seconds(60))
        try await withSender(to: bound, options: sending) { idler in
          try await idler.send(Bytes([1])).processed()
          for _ in 0..<Self.tries {
            let stream: any ByteStream = try await transport.connect(to: bound)
            try await stream.handshake()
            // The peer does not wait for an answer, and goes on behind its hello.
            try await stream.write(
              AdmissionTests.opening() + [Bytes([UInt8](repeating: 0, count: 300_000))])
            var rest = ByteBuffer()
            rest.append(try await Self.readAll(stream))
            rest.discard(Preface.size)
            var decoder = FrameDecoder(limit: HandshakeFrame.limit)
            let frame = try decoder.next(&rest)
            let answer = try #require(frame)
            #expect(try Rejection(reading: HandshakeFrame.open(answer)).code == .busy)
            let isAll = rest.isEmpty
            #expect(isAll)
            stream.close()
          }
        }
      }
    }
  }

  @Test("of a certificate is an alert, though the client has sent more behind it")
  func certificate() async throws {
    try await TransportKind.tls.withOptions { endpoint, sending, receiving in
      var receiving = receiving
      receiving.tls?.allowedNames = ["somebody.else"]
      try await withReceiver(at: endpoint, receiving) { _ in
      } _: { bound, _ in
        let transport = try Transports().transport(
          for: bound, tls: sending.tls, connectTimeout: .seconds(60))
        for _ in 0..<Self.tries {
          let stream: any ByteStream = try await transport.connect(to: bound)
          try await stream.handshake()
          try await stream.write([Bytes([UInt8](repeating: 0, count: 300_000))])
          let error = await #expect(throws: PouchError.self) {
            _ = try await Self.readAll(stream)
          }
          #expect(error?.code == .security && error?.cause?.contains("alert") == true)
          let carrier = try #require(stream as? any StagedStream).carrier
          #expect(try await Self.readAll(carrier).isEmpty)
          stream.close()
        }
      }
    }
  }

  @Test(
    "comes to those who are silent, the oldest first, and not to who has spoken",
    arguments: sockets)
  func silent(_ kind: TransportKind) async throws {
    try await kind.withOptions { endpoint, _, receiving in
      var receiving = receiving
      // Of 5 one address takes 4; a user takes all.
      receiving.limits.silent = endpoint.host == nil ? 4 : 5
      let refused = Gathered<PouchError>()
      receiving.onEvent = { if case .refused(_, let error) = $0 { refused.append(error) } }
      try await withReceiver(at: endpoint, receiving) { _ in
      } _: { bound, receiver in
        let spoken = try await Self.dial(bound)
        try await spoken.write([kind == .tls ? Bytes([0x16]) : Preface.bytes.prefix(1)])
        while receiver.server.table.count(in: .spoken) == 0 { await Task.yield() }
        var streams: [SocketStream] = []
        for _ in 0..<3 { streams.append(try await Self.dial(bound)) }
        for number in 3..<20 {
          streams.append(try await Self.dial(bound))
          if number >= 4 {
            let oldest = streams.removeFirst()
            let end = try await Self.readAll(oldest)
            // It may be gone before a word was said to it.
            #expect(end.isEmpty || end == Preface.bytes)
            oldest.close()
          }
        }
        await refused.wait(for: 16)
        for error in refused.values {
          #expect(error.code == .limitExceeded && error.hint?.contains("limits.silent") == true)
          #expect(error.message.contains("made room"))
        }
        // Who has spoken is there, and is refused for what it says.
        try await spoken.write([Bytes(utf8: "!!!!!!!!")])
        _ = try await Self.readAll(spoken)
        await refused.wait(for: 17)
        #expect(refused.values.last?.code == (kind == .tls ? .security : .protocolMismatch))
        spoken.close()
        for stream in streams { stream.close() }
      }
    }
  }

  @Test("spares whose first bytes wait to be read", arguments: [TransportKind.tcp, .unixPath])
  func waiting(_ kind: TransportKind) async throws {
    try await kind.withOptions { endpoint, _, _ in
      var limits = Limits()
      limits.silent = 1
      let table = ConnectionTable(limits: limits)
      let transport = try Transports().transport(
        for: endpoint, tls: nil, connectTimeout: .seconds(60))
      let listener: any StreamListener = try await transport.listen(on: endpoint)
      defer { listener.close() }
      var clients: [SocketStream] = []
      func admit() async throws -> (UInt64, SocketStream) {
        clients.append(try await Self.dial(listener.endpoint))
        let server = try #require(try await listener.accept() as? SocketStream)
        return (try #require(table.admit(server, isInitiator: false)), server)
      }
      let (first, spoken) = try await admit()
      try await clients[0].write([Preface.bytes])
      while !spoken.hasBytesWaiting { await Task.yield() }
      let (second, silent) = try await admit()
      #expect(table.count(in: .spoken) == 1 && table.count(in: .silent) == 1)
      _ = try await admit()
      // The second was closed, and the first can be read.
      #expect(try await Self.readAll(clients[1]).isEmpty)
      var buffer = ByteBuffer()
      #expect(try await spoken.read(into: &buffer) == Preface.size)
      #expect(table.forget(first) == nil)
      #expect(table.forget(second)?.hint?.contains("limits.silent") == true)
      #expect(!silent.hasBytesWaiting)
      // When descriptors run out, the same.
      table.yieldSilent()
      #expect(try await Self.readAll(clients[2]).isEmpty && table.count(in: .silent) == 0)
    }
  }

  @Test("does not pile up: nobody is accepted while too many are ending")
  func pacing() async throws {
    var limits = Limits()
    limits.silent = 1
    let table = ConnectionTable(limits: limits)
    let numbers = (0...260).compactMap { _ in
      table.admit(MemoryTransport.pair().0, isInitiator: false)
    }
    let accepting = Task { await table.catchUp() }
    while !table.isBehind { await Task.yield() }
    for number in numbers.prefix(131) { _ = table.forget(number) }
    #expect(table.isBehind)
    _ = table.forget(numbers[131])
    await accepting.value
    #expect(!table.isBehind)
    await table.catchUp()
  }

  @Test(
    "comes to who says nothing in the time for a first byte, and not to who goes on later",
    arguments: sockets)
  func opening(_ kind: TransportKind) async throws {
    try await kind.withOptions { endpoint, _, receiving in
      var receiving = receiving
      receiving.timeouts.opening = .milliseconds(50)
      let refused = Gathered<PouchError>()
      receiving.onEvent = { if case .refused(_, let error) = $0 { refused.append(error) } }
      try await withReceiver(at: endpoint, receiving) { _ in
      } _: { bound, _ in
        let silent = try await Self.dial(bound)
        await refused.wait(for: 1)
        #expect(refused.values.map(\.code) == [.timedOut])
        #expect(refused.values.first?.message.contains("first byte") == true)
        #expect(try await Self.readAll(silent) == (kind == .tls ? Bytes() : Preface.bytes))
        silent.close()
      }
    }
  }
}
