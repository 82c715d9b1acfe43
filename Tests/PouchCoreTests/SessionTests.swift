import Testing

@testable import PouchCore

@Suite("The session")
struct SessionTests {
  static func agreement(
    _ role: Role, acknowledge: AcknowledgementLevel = .processed,
    window: Window = .standard
  ) -> Agreement {
    Agreement(
      role: role, isInitiator: role == .sender, stages: [], nonces: Bytes(),
      acknowledge: acknowledge, peerFrame: 1 << 20, peerObject: nil, window: window, peerID: [],
      peerSoftware: "test", session: [])
  }

  /// Every frame that waits, as kind, first id, count and body.
  static func flush(
    _ session: inout Session
  ) -> [(header: FrameHeader, body: Bytes)] {
    session.prepareFlush()
    var batch: [Outbox.Pending] = []
    session.outbox.take(into: &batch)
    session.outbox.written(batch.reduce(0) { $0 + $1.count })
    return batch.map { pending in
      var body = ByteBuffer()
      body.append(pending.front.dropFirst(FrameHeader.size))
      body.append(pending.payload)
      return (pending.header, body.freeze())
    }
  }

  /// Expects `obstacle` in the way of an object of `length` bytes.
  func expect(
    _ session: inout Session, _ length: Int, _ obstacle: Outbox.Obstacle?,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let found = session.outbox.obstacle(length)
    #expect(found == obstacle, sourceLocation: sourceLocation)
  }

  static func append(_ session: inout Session, _ bytes: [UInt8]) -> UInt64 {
    bytes.withUnsafeBytes { session.outbox.append($0, format: .raw) }
  }

  @Test("small objects share a frame, and ids are consecutive")
  func sharedFrame() throws {
    var session = Session(Self.agreement(.sender), largestObject: nil)
    for id in 1...UInt64(5) {
      let given = Self.append(&session, [UInt8(id)])
      #expect(given == id)
    }
    let frames = Self.flush(&session)
    try #require(frames.count == 1)
    #expect(frames[0].header.firstID == 1)
    #expect(frames[0].header.count == 5)
    var reader = EntryReader(frames[0].body)
    for id in UInt8(1)...5 { #expect(try reader.next().payload.array == [id]) }
    #expect(reader.isAtEnd)
    let waiting = session.outbox.waiting
    #expect(waiting == 0)
  }

  @Test("a chunked object travels beside small ones without mixing with them")
  func chunkedBesideSmall() {
    var session = Session(Self.agreement(.sender), largestObject: nil)
    _ = Self.append(&session, [1])
    let large = session.outbox.beginChunked(Bytes([9, 9]), format: .raw, attributes: nil)
    _ = Self.append(&session, [2])
    session.outbox.continueChunked(
      large, Bytes([9]), format: .raw, isLast: true, attributes: nil)
    let frames = Self.flush(&session)
    #expect(frames.map(\.header.firstID) == [1, 2, 3, 2])
    #expect(frames.map(\.header.count) == [1, 1, 1, 1])
  }

  @Test("one acknowledgement answers for everything since the last")
  func cumulative() throws {
    var receiver = Session(Self.agreement(.receiver), largestObject: nil)
    _ = try receiver.inbox.admit(first: 1, count: 6)
    receiver.settle(1...3)
    receiver.settle(5...6)
    let frames = Self.flush(&receiver)
    try #require(frames.map(\.header.kind) == [.acknowledge])
    #expect(
      try Acknowledgement(reading: frames[0].body)
        == Acknowledgement(level: .processed, upTo: 3, ranges: [5...6]))
    #expect(Self.flush(&receiver).isEmpty)
  }

  @Test("a refusal goes out before the acknowledgement that covers it")
  func refusalFirst() throws {
    var receiver = Session(Self.agreement(.receiver), largestObject: nil)
    _ = try receiver.inbox.admit(first: 1, count: 2)
    receiver.refuse(1, Refusal(code: "processing", text: "no"))
    receiver.settle(1...2)
    #expect(Self.flush(&receiver).map(\.header.kind) == [.refuse, .acknowledge])
  }

  @Test("without acknowledgements none is sent, and the window does not close")
  func none() throws {
    let tight = Window(objects: 1, bytes: 1)
    var sender = Session(
      Self.agreement(.sender, acknowledge: .none, window: tight), largestObject: nil)
    _ = Self.append(&sender, [1, 2, 3])
    expect(&sender, 100, nil)
    var receiver = Session(Self.agreement(.receiver, acknowledge: .none), largestObject: nil)
    _ = try receiver.inbox.admit(first: 1, count: 1)
    receiver.settle(1...1)
    #expect(Self.flush(&receiver).isEmpty)
  }

  @Test("the window closes on objects and on bytes, opens with the ACK, and CREDIT moves it")
  func window() throws {
    var session = Session(
      Self.agreement(.sender, window: Window(objects: 2, bytes: 10)), largestObject: nil)
    // One object may always be in flight.
    expect(&session, 1000, nil)
    _ = Self.append(&session, [UInt8](repeating: 0, count: 9))
    expect(&session, 1, nil)
    expect(&session, 2, .window)
    _ = Self.append(&session, [0])
    expect(&session, 0, .window)
    _ = Self.flush(&session)
    var acknowledgement = ByteBuffer()
    Acknowledgement(level: .processed, upTo: 2).append(to: &acknowledgement)
    _ = try session.receive(FrameHeader(kind: .acknowledge), acknowledgement.freeze())
    expect(&session, 10, nil)
    _ = Self.append(&session, [0])
    var credit = ByteBuffer()
    credit.append(bigEndian: UInt64(1))
    credit.append(bigEndian: UInt64.max)
    _ = try session.receive(FrameHeader(kind: .credit), credit.freeze())
    expect(&session, 1, .window)
  }

  @Test("PING is answered with the same bytes")
  func ping() throws {
    var session = Session(Self.agreement(.receiver), largestObject: nil)
    let value = Bytes([1, 2, 3, 4, 5, 6, 7, 8])
    _ = try session.receive(FrameHeader(kind: .ping), value)
    let frames = Self.flush(&session)
    #expect(frames.map(\.header.kind) == [.pong])
    #expect(frames.map(\.body) == [value])
    #expect(throws: PouchError.self) {
      try session.receive(FrameHeader(kind: .ping), Bytes([1]))
    }
  }

  @Test("an unknown kind is skipped when it says so, and fatal otherwise")
  func unknownKind() throws {
    var session = Session(Self.agreement(.sender), largestObject: nil)
    let kind = FrameKind(rawValue: 200)
    _ = try session.receive(FrameHeader(kind: kind, flags: .ignorable), Bytes([1]))
    let error = #expect(throws: PouchError.self) {
      try session.receive(FrameHeader(kind: kind), Bytes([1]))
    }
    #expect(error?.code == .protocolMismatch)
  }

  @Test(
    "a frame that the role does not take is refused",
    arguments: [
      (Role.receiver, FrameKind.acknowledge), (.receiver, .refuse), (.receiver, .credit),
      (.sender, .cancel), (.sender, .hello), (.sender, .welcome), (.receiver, .ready),
    ])
  func wrongRole(_ role: Role, _ kind: FrameKind) {
    var session = Session(Self.agreement(role), largestObject: nil)
    let error = #expect(throws: PouchError.self) {
      let isAboutOne = kind == .refuse || kind == .cancel
      return try session.receive(
        FrameHeader(kind: kind, firstID: isAboutOne ? 1 : 0), Bytes(Vectors.acknowledgement))
    }
    #expect(error?.code == .protocolMismatch)
  }

  @Test("a receiver answers CLOSE only when everything before it is settled")
  func closing() throws {
    var receiver = Session(Self.agreement(.receiver), largestObject: nil)
    _ = try receiver.inbox.admit(first: 1, count: 3)
    _ = try receiver.receive(FrameHeader(kind: .close), Bytes(Vectors.closing))
    #expect(Self.flush(&receiver).isEmpty)
    receiver.settle(1...2)
    #expect(Self.flush(&receiver).map(\.header.kind) == [.acknowledge])
    let isEarly = receiver.hasSentLast
    #expect(!isEarly)
    receiver.settle(3...3)
    #expect(Self.flush(&receiver).map(\.header.kind) == [.acknowledge, .close])
    let (hasSentLast, mayEnd) = (receiver.hasSentLast, receiver.mayEnd)
    #expect(hasSentLast)
    #expect(mayEnd)
  }

  @Test("a sender answers a receiver's CLOSE and takes no more objects")
  func receiverCloses() throws {
    var sender = Session(Self.agreement(.sender), largestObject: nil)
    _ = try sender.receive(
      FrameHeader(kind: .close), Bytes(Closing(last: 0, code: "done").encoded()))
    let acceptsObjects = sender.acceptsObjects
    #expect(!acceptsObjects)
    #expect(Self.flush(&sender).map(\.header.kind) == [.close])
    let mayEnd = sender.mayEnd
    #expect(mayEnd)
  }

  @Test("an object that the sender gave up on never counts as acknowledged")
  func cancelled() throws {
    var session = Session(Self.agreement(.sender), largestObject: nil)
    let id = session.outbox.beginChunked(Bytes([1]), format: .raw, attributes: nil)
    session.cancel(id)
    #expect(Self.flush(&session).map(\.header.kind) == [.data, .cancel])
    try session.outbox.ledger.settle(Acknowledgement(level: .processed, upTo: id))
    let ledger = session.outbox.ledger
    #expect(ledger.acknowledged == 0)
    #expect(ledger.refused == 0)
    #expect(ledger.cancelled == 1)
    #expect(ledger.inFlight == 0)
  }

  @Test("a rejection replaces everything that waits")
  func rejection() throws {
    var session = Session(Self.agreement(.sender), largestObject: nil)
    _ = Self.append(&session, [1])
    session.reject(Rejection(code: .protocol, text: "no"))
    let frames = Self.flush(&session)
    #expect(frames.map(\.header.kind) == [.reject])
    var peer = Session(Self.agreement(.receiver), largestObject: nil)
    let error = #expect(throws: PouchError.self) {
      try peer.receive(frames[0].header, frames[0].body)
    }
    #expect(error?.cause == "no (protocol)")
  }
}
