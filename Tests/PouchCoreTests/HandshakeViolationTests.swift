import CBOR
import Testing

@testable import PouchCore

/// Every field of HELLO, WELCOME and READY that is missing or wrong, and the REJECT that it leads to.
@Suite("What the handshake does not allow")
struct HandshakeViolationTests {
  /// A message of the handshake, its receiver, and one that is right.
  enum Message: CaseIterable {
    case senderHello, receiverHello, senderWelcome, receiverWelcome, receiverReady

    var kind: FrameKind {
      switch self {
      case .senderHello, .receiverHello: .hello
      case .senderWelcome, .receiverWelcome: .welcome
      case .receiverReady: .ready
      }
    }

    var role: Role {
      switch self {
      case .senderHello, .senderWelcome: .sender
      case .receiverHello, .receiverWelcome, .receiverReady: .receiver
      }
    }

    var fields: [String: CBOR.Value] {
      var fields: [String: CBOR.Value] = [:]
      let window = CBOR.Value.textMap([("objects", .unsigned(8)), ("bytes", .unsigned(8))])
      if role == .receiver, kind != .hello { fields["window"] = window }
      guard kind != .ready else { return fields }
      let sixteen = CBOR.Value.bytes([UInt8](repeating: 4, count: 16))
      fields["version"] = kind == .hello ? .array([.unsigned(0), .unsigned(3)]) : .unsigned(0)
      fields["role"] = .text(role.rawValue)
      (fields["id"], fields["nonce"]) = (sixteen, sixteen)
      fields["software"] = .text("test/1")
      (fields["frame"], fields["object"]) = (.unsigned(16 << 20), .unsigned(0))
      fields["heartbeat"] = .unsigned(0)
      guard role == .sender else { return fields }
      (fields["session"], fields["pipeline"]) = (sixteen, .array([]))
      fields["acknowledge"] = .text("processed")
      fields["formats"] = .array([.text("raw"), .text("of another version")])
      return fields
    }

    /// Gives the message to a side for which it is due.
    ///
    /// - Returns: The code of the REJECT that it leads to; nil for none.
    func rejection(
      _ fields: [String: CBOR.Value], extra: [CBOR.Value.Entries.Element] = []
    ) throws -> Rejection.Code? {
      var handshake = HandshakeTests.handshake(role.opposite, initiator: kind == .welcome)
      if kind == .ready { try welcome(&handshake) }
      let pairs = fields.map { CBOR.Value.Entries.Element(key: .text($0.key), value: $0.value) }
      let frame = try HandshakeTests.frame(
        HandshakeFrame.encode(kind, CBOR.Value.map(pairs + extra).encoded()))
      do throws(PouchError) {
        _ = try handshake.receive(frame)
        return nil
      } catch {
        return try #require(Rejection(error)).code
      }
    }

    private func welcome(_ handshake: inout Handshake) throws {
      let hello = CBOR.Value.textMap(Message.receiverHello.fields.map { ($0.key, $0.value) })
      _ = try handshake.receive(
        HandshakeTests.frame(HandshakeFrame.encode(.hello, hello.encoded())))
    }
  }

  @Test("a message with every key of the table is taken", arguments: Message.allCases)
  func complete(_ message: Message) throws {
    #expect(try message.rejection(message.fields) == nil)
  }

  @Test("every key is required where the table puts it", arguments: Message.allCases)
  func missing(_ message: Message) throws {
    for key in message.fields.keys {
      var fields = message.fields
      fields[key] = nil
      #expect(try message.rejection(fields) == .protocol, "without \(key)")
    }
  }

  @Test("every key has the type that the table says", arguments: Message.allCases)
  func wrongType(_ message: Message) throws {
    let wrong: [CBOR.Value] = [
      .null, .boolean(true), .negative(0), .bytes([1]), .array([.unsigned(1)]),
      .tagged(.init(tag: 24, content: .unsigned(0))),
    ]
    for key in message.fields.keys {
      for value in wrong {
        var fields = message.fields
        fields[key] = value
        #expect(try message.rejection(fields) == .protocol, "\(key): \(value)")
      }
    }
  }

  @Test("a key of the table where it has no place is ignored", arguments: Message.allCases)
  func outOfPlace(_ message: Message) throws {
    var fields = message.fields
    for key in ["session", "pipeline", "acknowledge", "formats", "window", "received"]
    where fields[key] == nil {
      if key == "received", message.role == .receiver, message.kind != .hello { continue }
      fields[key] = .null
    }
    #expect(try message.rejection(fields) == nil)
  }

  @Test(
    "a key that is not text is refused, in the map and in a map within", arguments: Message.allCases
  )
  func keys(_ message: Message) throws {
    let integer = CBOR.Value.Entries.Element(key: .unsigned(1), value: .null)
    #expect(try message.rejection(message.fields, extra: [integer]) == .protocol)
    guard message.fields["window"] != nil else { return }
    var fields = message.fields
    fields["window"] = .map([
      .init(key: .text("objects"), value: .unsigned(1)),
      .init(key: .text("bytes"), value: .unsigned(1)), integer,
    ])
    #expect(try message.rejection(fields) == .protocol)
    // What nobody knows may hold anything.
    fields = message.fields
    fields["grease-1"] = .map([integer])
    #expect(try message.rejection(fields) == nil)
  }

  @Test("each refusal has the code of its cause")
  func codes() throws {
    func expect(
      _ message: Message, _ key: String, _ value: CBOR.Value, _ code: Rejection.Code?,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      var fields = message.fields
      fields[key] = value
      #expect(try message.rejection(fields) == code, sourceLocation: sourceLocation)
    }
    let sixteen = CBOR.Value.bytes([UInt8](repeating: 4, count: 15))
    try expect(.senderHello, "version", .array([.unsigned(1), .unsigned(2)]), .version)
    try expect(.senderHello, "version", .array([.unsigned(2), .unsigned(1)]), .version)
    try expect(.senderHello, "version", .array([.unsigned(0)]), .protocol)
    try expect(.senderWelcome, "version", .unsigned(1), .version)
    try expect(.senderHello, "role", .text("receiver"), .role)
    try expect(.receiverWelcome, "role", .text("sender"), .role)
    try expect(.senderHello, "role", .text("relay"), .role)
    try expect(.senderHello, "id", sixteen, .protocol)
    try expect(.senderHello, "frame", .unsigned(8191), .limit)
    try expect(.senderHello, "frame", .unsigned(8192), nil)
    try expect(.senderHello, "frame", .unsigned((16 << 20) + 1), .limit)
    try expect(.senderHello, "frame", .unsigned(.max), .limit)
    let plain = CBOR.Value.array([.text("plain"), .map([])])
    let other = CBOR.Value.array([.text("other"), .map([])])
    try expect(.senderHello, "pipeline", .array([plain]), nil)
    try expect(.senderHello, "pipeline", .array([plain, plain]), .pipeline)
    try expect(.senderHello, "pipeline", .array([other]), .pipeline)
    try expect(.senderWelcome, "pipeline", .array([other]), .pipeline)
    try expect(
      .senderHello, "pipeline", .array([CBOR.Value](repeating: other, count: 9)), .pipeline)
    try expect(.senderHello, "pipeline", .array([.text("plain")]), .protocol)
    try expect(.senderHello, "acknowledge", .text("sometimes"), .protocol)
    try expect(.senderHello, "formats", .array([]), .format)
    try expect(.senderHello, "formats", .array([.text("xml")]), .format)
    try expect(.senderHello, "formats", .array([.text("raw"), .unsigned(1)]), .protocol)
    try expect(.receiverWelcome, "received", .unsigned(1), .protocol)
    try expect(.receiverReady, "received", .unsigned(1), .protocol)
    try expect(.receiverReady, "received", .unsigned(0), nil)
    try expect(.receiverReady, "window", .textMap([("objects", .unsigned(1))]), .protocol)
  }

  @Test("a side that takes no connection now says so behind a hello that is in order")
  func objection() throws {
    for (initiator, code) in [(false, Rejection.Code.busy), (true, .closing)] {
      var offer = HandshakeTests.offer(.receiver)
      offer.objection = {
        PouchError(.limitExceeded, "not now").answered(by: .reject(code))
      }
      var receiver = Handshake(offer: offer, isInitiator: initiator, nonces: .random())
      let message = initiator ? Message.senderWelcome : .senderHello
      let map = CBOR.Value.textMap(message.fields.map { ($0.key, $0.value) }).encoded()
      let error = try #require(
        #expect(throws: PouchError.self) {
          try receiver.receive(HandshakeTests.frame(HandshakeFrame.encode(message.kind, map)))
        })
      let reject = try #require(HandshakeFrame.rejection(for: error))
      var sender = HandshakeTests.handshake(.sender, initiator: !initiator)
      let told = try #require(
        #expect(throws: PouchError.self) { try sender.receive(HandshakeTests.frame(reject)) })
      #expect(told.code == .unreachable)
      #expect(told.cause?.hasSuffix("(\(code.rawValue))") == true)
      #expect(HandshakeFrame.rejection(for: told) == nil, "a REJECT is not answered")
    }
  }

  @Test("a header of the handshake says a length and a kind, and nothing else")
  func header() throws {
    let hello = try HandshakeTests.frame(
      HandshakeTests.handshake(.sender, initiator: true).opening()[1])
    for change in [
      { $0.flags = .ignorable }, { $0.stages = 1 }, { $0.firstID = 1 }, { $0.count = 1 },
    ] as [(inout FrameHeader) -> Void] {
      var changed = hello
      change(&changed.header)
      var acceptor = HandshakeTests.handshake(.receiver, initiator: false)
      let error = #expect(throws: PouchError.self) { try acceptor.receive(changed) }
      #expect(error.flatMap { Rejection($0)?.code } == .protocol)
    }
  }

  @Test("a limit on frames outside of what the wire allows is announced as the nearest within it")
  func announcedFrame() throws {
    for (limit, announced) in [(1, 8 << 10), (1 << 30, 16 << 20), (1 << 20, 1 << 20)] {
      var offer = HandshakeTests.offer(.sender)
      offer.frame = limit
      let handshake = Handshake(offer: offer, isInitiator: true, nonces: .random())
      let hello = try Hello(
        reading: HandshakeFrame.open(HandshakeTests.frame(handshake.opening()[1])), kind: .hello,
        from: .sender)
      #expect(hello.frame == UInt64(announced))
    }
  }
}
