import CBOR
import Testing

@testable import PouchCore

/// What docs/wire.md calls fatal, each by itself, and what stands close to it and is not.
@Suite("What the wire does not allow")
struct ViolationTests {
  typealias Field = (key: String, value: CBOR.Value)

  static func receiver(_ acknowledge: AcknowledgementLevel = .processed) -> Session {
    Session(SessionTests.agreement(.receiver, acknowledge: acknowledge), largestObject: nil)
  }

  static func sender(_ acknowledge: AcknowledgementLevel = .processed) -> Session {
    Session(SessionTests.agreement(.sender, acknowledge: acknowledge), largestObject: nil)
  }

  static func entry(_ length: Int = 1, more: Bool = false, _ fields: [Field]? = nil) -> Entry {
    Entry(
      format: .raw, hasMore: more,
      attributes: fields.map { Bytes(CBOR.Value.textMap($0.map { ($0.key, $0.value) }).encoded()) },
      payload: Bytes([UInt8](repeating: 7, count: length)))
  }

  /// Admits an entry as a receiver does that reads it.
  @discardableResult
  static func admit(
    _ session: inout Session, _ id: UInt64, _ entry: Entry
  ) throws(PouchError) -> Inbox.Admission {
    try session.admit(id: id, entry: entry, attributes: entry.readAttributes())
  }

  static func offset(_ value: UInt64) -> [Field] { [("offset", .unsigned(value))] }

  static func acknowledgement(
    _ upTo: UInt64, _ level: AcknowledgementLevel = .processed,
    _ ranges: [ClosedRange<UInt64>] = []
  ) -> Bytes {
    var buffer = ByteBuffer()
    Acknowledgement(level: level, upTo: upTo, ranges: ranges).append(to: &buffer)
    return buffer.freeze()
  }

  static func close(_ session: inout Session, _ last: UInt64) throws(PouchError) {
    _ = try session.receive(
      FrameHeader(kind: .close), Bytes(Closing(last: last, code: "done").encoded()))
  }

  func expectFatal(
    _ code: Rejection.Code = .protocol, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws(PouchError) -> Void
  ) {
    do throws(PouchError) {
      try body()
      Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch {
      #expect(Rejection(error)?.code == code, "\(error)", sourceLocation: sourceLocation)
    }
  }

  // MARK: Entries

  @Test("every bit of an entry's head that means nothing is refused", arguments: [2, 3, 6, 7])
  func entryBits(_ bit: Int) throws {
    let bytes: [UInt8] = [0, 0, 1, 1 << UInt8(bit), 9]
    var reader = EntryReader(Bytes(bytes))
    let head = try reader.nextHead()
    #expect(!head.isPlain)
    expectFatal { () throws(PouchError) in _ = try reader.rest(head) }
  }

  @Test("an incomplete object goes on with an offset, alone in its frame, or not at all")
  func missingOffset() throws {
    for more in [true, false] {
      var session = Self.receiver()
      try Self.admit(&session, 1, Self.entry(more: true))
      expectFatal { () throws(PouchError) in
        try Self.admit(&session, 1, Self.entry(more: more, [("trace", .text("t"))]))
      }
    }
    for (first, count) in [(1, 1), (1, 2), (2, 3)] as [(UInt64, UInt32)] {
      var session = Self.receiver()
      _ = try session.admit(first: 1, count: 1)
      try Self.admit(&session, 2, Self.entry(more: true))
      guard first...first + UInt64(count) - 1 ~= 2 else { continue }
      expectFatal { () throws(PouchError) in _ = try session.admit(first: first, count: count) }
    }
    // What does not touch it is admitted.
    var session = Self.receiver()
    try Self.admit(&session, 1, Self.entry(more: true))
    #expect(try session.admit(first: 2, count: 2) == 0)
    #expect(try Self.admit(&session, 1, Self.entry(1, Self.offset(1))) == .chunk(isLast: true))
  }

  @Test("no object begins with an offset, 0 included", arguments: [0, 1, UInt64.max])
  func offsetOnFirst(_ offset: UInt64) {
    for more in [true, false] {
      var session = Self.receiver()
      expectFatal { () throws(PouchError) in
        try Self.admit(&session, 1, Self.entry(more: more, Self.offset(offset)))
      }
    }
  }

  @Test(
    "a later chunk says its offset and nothing else that is known",
    arguments: ["name", "type", "size", "headers", "deadline", "trace", "digest", "attachments"])
  func besideOffset(_ key: String) throws {
    let value: CBOR.Value =
      switch key {
      case "size", "deadline": .unsigned(2)
      case "headers": .map([])
      case "attachments": .array([])
      case "digest": .bytes([UInt8](repeating: 0, count: 32))
      default: .text("x")
      }
    var session = Self.receiver()
    try Self.admit(&session, 1, Self.entry(more: true))
    expectFatal { () throws(PouchError) in
      try Self.admit(&session, 1, Self.entry(1, Self.offset(1) + [(key, value)]))
    }
    // What nobody knows is ignored there too.
    #expect(
      try Self.admit(&session, 1, Self.entry(1, Self.offset(1) + [("later", .null)]))
        == .chunk(isLast: true))
  }

  @Test("an object in one piece has the size that it says", arguments: [0, 4, 6, UInt64.max])
  func wrongSize(_ size: UInt64) throws {
    var session = Self.receiver()
    expectFatal { () throws(PouchError) in
      try Self.admit(&session, 1, Self.entry(5, [("size", .unsigned(size))]))
    }
    var other = Self.receiver()
    #expect(
      try Self.admit(&other, 1, Self.entry(5, [("size", .unsigned(5))]))
        == .whole(duplicates: 0))
  }

  @Test("neither the offset nor the size of what came before is looked at")
  func duplicateEntries() throws {
    var session = Self.receiver()
    _ = try session.admit(first: 1, count: 1)
    let offset: [Field] = Self.offset(9) + [("size", .unsigned(3))]
    #expect(try Self.admit(&session, 1, Self.entry(5, offset)) == .stale)
    #expect(
      try Self.admit(&session, 1, Self.entry(5, [("size", .unsigned(4))]))
        == .whole(duplicates: 1))
  }

  @Test("an object goes on in the format in which it began")
  func otherFormat() throws {
    var session = Self.receiver()
    try Self.admit(&session, 1, Self.entry(more: true))
    var chunk = Self.entry(1, Self.offset(1))
    chunk.format = ObjectFormat.cbor
    expectFatal { () throws(PouchError) in try Self.admit(&session, 1, chunk) }
  }

  @Test("what comes again is dropped and acknowledged again, and settles nothing by itself")
  func duplicates() throws {
    var session = Self.receiver()
    _ = try session.admit(first: 1, count: 2)
    session.settle(1...1)
    _ = SessionTests.flush(&session)
    #expect(try session.admit(first: 1, count: 2) == 2)
    #expect(try Self.admit(&session, 2, Self.entry()) == .whole(duplicates: 1))
    let frames = SessionTests.flush(&session)
    #expect(frames.map(\.body) == [Self.acknowledgement(1)])
  }

  // MARK: Maps

  @Test("a key that is not text is refused in every map", arguments: [true, false])
  func keys(_ isKnown: Bool) {
    func map(_ fields: [Field]) -> Bytes {
      var pairs = fields.map { CBOR.Value.Entries.Element(key: .text($0.key), value: $0.value) }
      pairs.append(.init(key: .unsigned(1), value: .null))
      return Bytes(CBOR.Value.map(pairs).encoded())
    }
    expectFatal { () throws(PouchError) in _ = try Attributes(reading: map([])) }
    expectFatal { () throws(PouchError) in
      _ = try Closing(reading: map([("last", .unsigned(0)), ("code", .text("done"))]))
    }
    expectFatal { () throws(PouchError) in
      _ = try Refusal(
        reading: map([
          ("code", .text("format")), ("retryable", .boolean(false)), ("text", .text("")),
        ]))
    }
  }

  @Test("NACK, CLOSE and REJECT have all their keys")
  func missingKeys() {
    func without(_ index: Int, _ fields: [Field]) -> Bytes {
      var fields = fields
      fields.remove(at: index)
      return Bytes(CBOR.Value.textMap(fields.map { ($0.key, $0.value) }).encoded())
    }
    let refusal: [Field] = [
      ("code", .text("format")), ("retryable", .boolean(true)), ("text", .text("no")),
    ]
    for index in refusal.indices {
      expectFatal { () throws(PouchError) in
        _ = try Refusal(reading: without(index, refusal))
      }
    }
    let closing: [Field] = [("last", .unsigned(0)), ("code", .text("done"))]
    for index in closing.indices {
      expectFatal { () throws(PouchError) in
        _ = try Closing(reading: without(index, closing))
      }
    }
    let rejection: [Field] = [("code", .text("busy")), ("text", .text("later"))]
    for index in rejection.indices {
      #expect(throws: PouchError.self) { try Rejection(reading: without(index, rejection)) }
    }
  }

  @Test("a text for people is cut at 1,024 bytes, at the end of a character, at both ends")
  func longText() throws {
    let long = String(repeating: "a", count: 1023) + "é" + String(repeating: "b", count: 40_000)
    let sent = try Refusal(reading: Bytes(Refusal(code: "processing", text: long).encoded()))
    #expect(sent.text == String(repeating: "a", count: 1023))
    let rejected = try Rejection(
      reading: Bytes(Rejection(code: .busy, text: long).encoded()))
    #expect(rejected.text.utf8.count == 1023)
    let foreign = CBOR.Value.textMap([
      ("last", .unsigned(0)), ("code", .text(long)), ("text", .text(long)),
    ])
    let closing = try Closing(reading: Bytes(foreign.encoded()))
    #expect(closing.text?.utf8.count == 1023)
    #expect(closing.code.utf8.count == 64)
  }

  // MARK: Answers

  @Test("an ACK answers for what was sent to its end, at the level that was agreed")
  func acknowledgements() throws {
    func receive(_ session: inout Session, _ body: Bytes) throws(PouchError) {
      _ = try session.receive(FrameHeader(kind: .acknowledge), body)
    }
    // Accepted, and still here.
    var session = Self.sender()
    _ = SessionTests.append(&session, [1])
    expectFatal { () throws(PouchError) in try receive(&session, Self.acknowledgement(1)) }
    _ = SessionTests.flush(&session)
    expectFatal { () throws(PouchError) in
      try receive(&session, Self.acknowledgement(1, .received))
    }
    try receive(&session, Self.acknowledgement(1))
    // Begun, and not ended: neither before nor while its last chunk waits.
    let id = session.outbox.beginChunked(Bytes([1]), format: .raw, attributes: nil)
    _ = SessionTests.flush(&session)
    expectFatal { () throws(PouchError) in try receive(&session, Self.acknowledgement(2)) }
    expectFatal { () throws(PouchError) in
      try receive(&session, Self.acknowledgement(1, .processed, [2...2]))
    }
    session.outbox.continueChunked(id, Bytes(), format: .raw, isLast: true, attributes: nil)
    expectFatal { () throws(PouchError) in try receive(&session, Self.acknowledgement(2)) }
    _ = SessionTests.flush(&session)
    try receive(&session, Self.acknowledgement(2))
    let acknowledged = session.outbox.ledger.acknowledged
    #expect(acknowledged == 2)
  }

  @Test("with the level none there are no answers", arguments: [FrameKind.acknowledge, .refuse])
  func noAnswers(_ kind: FrameKind) {
    var session = Self.sender(.none)
    _ = SessionTests.append(&session, [1])
    _ = SessionTests.flush(&session)
    let body =
      kind == .acknowledge
      ? Self.acknowledgement(1) : Bytes(Refusal(code: "refused", text: "").encoded())
    expectFatal { () throws(PouchError) in
      _ = try session.receive(FrameHeader(kind: kind, firstID: kind == .refuse ? 1 : 0), body)
    }
  }

  @Test("a NACK may come as soon as an object has begun, and means nothing once it is settled")
  func refusals() throws {
    func refuse(_ session: inout Session, _ id: UInt64) throws(PouchError) {
      _ = try session.receive(
        FrameHeader(kind: .refuse, firstID: id), Bytes(Refusal(code: "refused", text: "").encoded())
      )
    }
    var session = Self.sender()
    let id = session.outbox.beginChunked(Bytes([1]), format: .raw, attributes: nil)
    expectFatal { () throws(PouchError) in try refuse(&session, id) }
    _ = SessionTests.flush(&session)
    try refuse(&session, id)
    try refuse(&session, id)
    expectFatal { () throws(PouchError) in try refuse(&session, 0) }
    expectFatal { () throws(PouchError) in try refuse(&session, id + 1) }
    // The ACK behind it covers it, although its end was never sent.
    _ = try session.receive(FrameHeader(kind: .acknowledge), Self.acknowledgement(id))
    session.cancel(id)
    let ledger = session.outbox.ledger
    #expect(ledger.refused == 1)
    #expect(ledger.cancelled == 0)
    #expect(ledger.acknowledged == 0)
    #expect(SessionTests.flush(&session).map(\.header.kind) == [.cancel])
  }

  @Test("CREDIT opens the window wider than it was announced, up to what the sender allows")
  func credit() throws {
    var agreement = SessionTests.agreement(.sender, window: Window(objects: 1, bytes: 1 << 20))
    agreement.ownWindow = Window(objects: 3, bytes: 1 << 20)
    var session = Session(agreement, largestObject: nil)
    func credit(_ objects: UInt64) throws {
      var body = ByteBuffer()
      body.append(bigEndian: objects)
      body.append(bigEndian: UInt64(1 << 20))
      _ = try session.receive(FrameHeader(kind: .credit), body.freeze())
    }
    func isOpen() -> Bool { session.outbox.fitsWindow(1) }
    _ = SessionTests.append(&session, [1])
    #expect(!isOpen())
    try credit(2)
    #expect(isOpen())
    _ = SessionTests.append(&session, [1])
    #expect(!isOpen())
    try credit(100)
    #expect(isOpen())
    _ = SessionTests.append(&session, [1])
    #expect(!isOpen())
    try credit(1)
    #expect(!isOpen())
  }

  // MARK: CANCEL

  @Test("a cancelled object is settled by the next ACK, once, and refused by nobody")
  func cancelled() throws {
    var session = Self.receiver()
    try Self.admit(&session, 1, Self.entry(more: true))
    _ = try session.receive(FrameHeader(kind: .cancel, firstID: 1), Bytes())
    // The handler fails because the rest will not come.
    let isRefused = session.refuse(1, Refusal(code: "processing", text: "cut"))
    #expect(!isRefused)
    let frames = SessionTests.flush(&session)
    #expect(frames.map(\.header.kind) == [.acknowledge])
    #expect(frames.first?.body == Self.acknowledgement(1))
    _ = try session.receive(FrameHeader(kind: .cancel, firstID: 1), Bytes())
    #expect(SessionTests.flush(&session).isEmpty)
  }

  @Test("a CANCEL has no body, and is about an object that began")
  func wrongCancel() throws {
    var session = Self.receiver()
    try Self.admit(&session, 1, Self.entry(more: true))
    for (id, body) in [(1, Bytes([0])), (0, Bytes()), (2, Bytes())] as [(UInt64, Bytes)] {
      expectFatal { () throws(PouchError) in
        _ = try session.receive(FrameHeader(kind: .cancel, firstID: id), body)
      }
    }
    session.close(code: "shutdown")
    _ = try session.receive(FrameHeader(kind: .cancel, firstID: 2), Bytes())
  }

  // MARK: CLOSE

  @Test("a sender closes behind the last object, with nothing incomplete", arguments: [0, 1, 3])
  func wrongLast(_ last: UInt64) throws {
    var session = Self.receiver()
    _ = try session.admit(first: 1, count: 2)
    expectFatal { () throws(PouchError) in try Self.close(&session, last) }
    try Self.close(&session, 2)
    var other = Self.receiver()
    try Self.admit(&other, 1, Self.entry(more: true))
    expectFatal { () throws(PouchError) in try Self.close(&other, 1) }
  }

  @Test("behind its own CLOSE a receiver takes any last that is not too low, and drops objects")
  func stopped() throws {
    var session = Self.receiver()
    _ = try session.admit(first: 1, count: 1)
    try Self.admit(&session, 2, Self.entry(more: true))
    session.close(code: "shutdown")
    #expect(try session.admit(first: 3, count: 5) == nil)
    #expect(try Self.admit(&session, 2, Self.entry(1, Self.offset(1))) == .stale)
    expectFatal { () throws(PouchError) in try Self.close(&session, 1) }
    try Self.close(&session, 40)
    let mayEnd = session.mayEnd
    #expect(mayEnd)
  }

  @Test("a receiver that stops lets what has begun end, and answers for nothing that begins later")
  func draining() throws {
    var session = Self.receiver()
    try Self.admit(&session, 1, Self.entry(more: true))
    session.stopTaking()
    #expect(try Self.admit(&session, 2, Self.entry()) == .stale)
    #expect(try Self.admit(&session, 3, Self.entry(more: true)) == .stale)
    #expect(try session.admit(first: 4, count: 2) == nil)
    #expect(try Self.admit(&session, 3, Self.entry(1, Self.offset(1))) == .stale)
    expectFatal { () throws(PouchError) in try Self.close(&session, 5) }
    #expect(try Self.admit(&session, 1, Self.entry(1, Self.offset(1))) == .chunk(isLast: true))
    session.settle(1...1)
    expectFatal { () throws(PouchError) in try Self.close(&session, 4) }
    try Self.close(&session, 5)
    let frames = SessionTests.flush(&session)
    #expect(frames.map(\.header.kind) == [.acknowledge, .close])
    #expect(frames.first?.body == Self.acknowledgement(1))
  }

  @Test("a receiver closes behind an object that was sent", arguments: [2, UInt64.max])
  func receiversLast(_ last: UInt64) throws {
    var session = Self.sender()
    _ = SessionTests.append(&session, [1])
    _ = SessionTests.flush(&session)
    expectFatal { () throws(PouchError) in try Self.close(&session, last) }
    try Self.close(&session, 1)
  }

  @Test("a sender that closes leaves nothing incomplete: it cancels")
  func cancelsBeforeClosing() throws {
    var session = Self.sender()
    _ = session.outbox.beginChunked(Bytes([1]), format: .raw, attributes: nil)
    session.close(code: "done")
    #expect(SessionTests.flush(&session).map(\.header.kind) == [.data, .cancel, .close])
    // One that answers a CLOSE need not: its receiver drops it.
    var other = Self.sender()
    _ = other.outbox.beginChunked(Bytes([1]), format: .raw, attributes: nil)
    _ = SessionTests.flush(&other)
    try Self.close(&other, 0)
    #expect(SessionTests.flush(&other).map(\.header.kind) == [.close])
    let undelivered = other.outbox.ledger.cancelled
    #expect(undelivered == 1)
  }

  @Test("behind its CLOSE a side sends nothing but answers and signs of life")
  func behindClose() throws {
    var receiver = Self.receiver()
    try Self.close(&receiver, 0)
    expectFatal { () throws(PouchError) in try Self.close(&receiver, 0) }
    expectFatal { () throws(PouchError) in _ = try receiver.admit(first: 1, count: 1) }
    expectFatal { () throws(PouchError) in try Self.admit(&receiver, 1, Self.entry()) }
    expectFatal { () throws(PouchError) in
      _ = try receiver.receive(FrameHeader(kind: .cancel, firstID: 1), Bytes())
    }
    _ = try receiver.receive(FrameHeader(kind: .ping), Bytes([UInt8](repeating: 0, count: 8)))
    #expect(SessionTests.flush(&receiver).map(\.header.kind) == [.pong, .close])
    // Both have closed: nothing is said any more, not even that.
    _ = try receiver.receive(FrameHeader(kind: .ping), Bytes([UInt8](repeating: 0, count: 8)))
    #expect(SessionTests.flush(&receiver).isEmpty)

    var sender = Self.sender()
    _ = SessionTests.append(&sender, [1])
    _ = SessionTests.flush(&sender)
    try Self.close(&sender, 1)
    expectFatal { () throws(PouchError) in
      _ = try sender.receive(
        FrameHeader(kind: .credit), Bytes([UInt8](repeating: 0, count: 16)))
    }
    _ = try sender.receive(FrameHeader(kind: .acknowledge), Self.acknowledgement(1))
  }

  // MARK: Frames

  @Test("a control frame above 16 KiB is refused by its header, DATA by what was announced")
  func controlLimit() throws {
    for (kind, length, isAllowed) in [
      (FrameKind.ping, 16 << 10, true), (.ping, (16 << 10) + 1, false),
      (FrameKind(rawValue: 99), (16 << 10) + 1, false), (.hello, (16 << 10) + 1, false),
      (.data, (16 << 10) + 1, true), (.data, (1 << 20) + 1, false),
    ] {
      var header = [UInt8](repeating: 0, count: FrameHeader.size)
      header.withUnsafeMutableBytes {
        FrameHeader(kind: kind, length: UInt32(length)).write(to: $0)
      }
      var buffer = ByteBuffer()
      buffer.append(header)
      var decoder = FrameDecoder(limit: 1 << 20)
      if isAllowed {
        #expect(try decoder.next(&buffer) == nil)
      } else {
        expectFatal(.limit) { () throws(PouchError) in _ = try decoder.next(&buffer) }
      }
    }
  }

  @Test("frames about no object name none, and frames about one name it")
  func numbers() {
    let eight = Bytes([UInt8](repeating: 0, count: 8))
    for (header, body) in [
      (FrameHeader(kind: .ping, firstID: 1), eight), (FrameHeader(kind: .ping, count: 1), eight),
      (FrameHeader(kind: .cancel), Bytes()),
      (FrameHeader(kind: .cancel, firstID: 1, count: 1), Bytes()),
    ] {
      var session = Self.receiver()
      expectFatal { () throws(PouchError) in _ = try session.receive(header, body) }
    }
    // A kind that is skipped is skipped whatever it says.
    var session = Self.receiver()
    let header = FrameHeader(
      kind: FrameKind(rawValue: 77), flags: .ignorable, firstID: 9, count: 9)
    #expect(throws: Never.self) { try session.receive(header, Bytes([1])) }
  }

  @Test("a REJECT is never answered, well formed or not", arguments: [true, false])
  func rejectionsAreFinal(_ isWellFormed: Bool) {
    var body = ByteBuffer()
    HandshakeFrame.appendBody(
      .reject,
      isWellFormed ? Rejection(code: .protocol, text: "no").encoded() : [0xa0], to: &body)
    var session = Self.receiver()
    do throws(PouchError) {
      _ = try session.receive(FrameHeader(kind: .reject), body.freeze())
      Issue.record("nothing was thrown")
    } catch {
      #expect(Rejection(error) == nil)
    }
  }

  // MARK: Costs

  @Test("replies that the peer has this side queue are noticed before they take much memory")
  func replies() throws {
    var session = Self.receiver()
    var count = 0
    func hasTooMany() -> Bool { session.outbox.hasTooManyReplies }
    while !hasTooMany(), count < 10_000 {
      _ = try session.receive(FrameHeader(kind: .ping), Bytes([UInt8](repeating: 0, count: 8)))
      count += 1
    }
    #expect(count > 100 && count < 10_000)
    var batch: [Outbox.Pending] = []
    session.outbox.take(into: &batch)
    #expect(hasTooMany(), "what is being written waits too")
    session.outbox.written(batch.reduce(0) { $0 + $1.count })
    #expect(!hasTooMany())
  }

  @Test("answers cost what they settle, in whatever order and however often they come")
  func costOfAnswers() throws {
    // With costs that grow with the square, this takes minutes.
    let count: UInt64 = 60_000
    var ledger = SendLedger()
    for id in 1...count {
      _ = ledger.accept(charging: 1)
      ledger.charge(id...id, 1)
    }
    ledger.handOver()
    for id in stride(from: count, to: 0, by: -2) { _ = try ledger.refuse(id) }
    let ranges = stride(from: count - 510, through: count, by: 2).map { $0...$0 }
    for _ in 0..<2000 {
      try ledger.settle(Acknowledgement(level: .processed, upTo: 0, ranges: ranges))
    }
    for upper in stride(from: UInt64(2), to: count, by: 1) {
      try ledger.settle(Acknowledgement(level: .processed, upTo: 0, ranges: [2...upper]))
    }
    #expect(ledger.refused == count / 2)
    #expect(ledger.inFlight == 1)
    #expect(ledger.bytesInFlight == 1)
    try ledger.settle(Acknowledgement(level: .processed, upTo: count))
    #expect(ledger.bytesInFlight == 0)
  }
}
