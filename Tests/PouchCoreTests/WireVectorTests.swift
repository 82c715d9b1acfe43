import CBOR
import PouchStages
import Testing

@testable import PouchCore

@Suite("The vectors of docs/wire.md")
struct WireVectorTests {
  private static let vectors = WireVectors.shared

  @Test("the preface and checksums are what the page says")
  func checksums() {
    #expect(Preface.bytes.array == [UInt8](hex: Self.vectors.preface))
    for row in Self.vectors.crc32c {
      let sum = [UInt8](hex: row.hex).withUnsafeBytes { crc32c($0) }
      #expect(sum == UInt32(row.crc, radix: 16), "of \(row.hex)")
    }
  }

  @Test("headers are read and written as the page says, and damaged ones refused")
  func headers() throws {
    for row in Self.vectors.headers {
      let header = try Self.header(row.hex)
      #expect(header.length == row.length, "\(row.name)")
      #expect(header.kind.rawValue == row.kind, "\(row.name)")
      #expect(header.flags.rawValue == row.flags, "\(row.name)")
      #expect(header.stages == row.stages, "\(row.name)")
      #expect(header.firstID == row.first, "\(row.name)")
      #expect(header.count == row.count, "\(row.name)")
      #expect(Self.bytes(header) == [UInt8](hex: row.hex), "\(row.name)")
    }
    for row in Self.vectors.wrongHeaders {
      #expect(throws: PouchError.self, "\(row.name)") { try Self.header(row.hex) }
    }
  }

  @Test("entries are read and written as the page says, and what is none is refused")
  func entries() throws {
    for row in Self.vectors.entries {
      let entries = try Self.entries(row.hex, row.count)
      #expect(entries.count == row.entries.count, "\(row.name)")
      for (entry, wanted) in zip(entries, row.entries) {
        #expect(entry.format.description == wanted.format, "\(row.name)")
        #expect(entry.hasMore == wanted.more, "\(row.name)")
        #expect(entry.payload.array == [UInt8](hex: wanted.payload), "\(row.name)")
        let attributes = try entry.attributes.map { try Attributes(reading: $0) }
        let written = try attributes?.encoded()?.array
        #expect(written == wanted.attributes.map { [UInt8](hex: $0) }, "\(row.name)")
      }
      #expect(Self.bytes(entries) == [UInt8](hex: row.hex), "\(row.name)")
    }
    for row in Self.vectors.wrongEntries {
      #expect(throws: PouchError.self, "\(row.name)") {
        for entry in try Self.entries(row.hex, row.count ?? 1) {
          _ = try entry.attributes.map { try Attributes(reading: $0) }
        }
      }
    }
  }

  @Test("acknowledgements are read and written as the page says, and malformed ones refused")
  func acknowledgements() throws {
    for row in Self.vectors.acknowledgements {
      let value = try Acknowledgement(reading: Bytes([UInt8](hex: row.hex)))
      #expect(value.level.code == row.level, "\(row.name)")
      #expect(value.upTo == row.upTo, "\(row.name)")
      #expect(value.ranges == row.ranges.map { $0[0]...$0[1] }, "\(row.name)")
      var buffer = ByteBuffer()
      value.append(to: &buffer)
      #expect(buffer.freeze().array == [UInt8](hex: row.hex), "\(row.name)")
    }
    for row in Self.vectors.wrongAcknowledgements {
      #expect(throws: PouchError.self, "\(row.name)") {
        try Acknowledgement(reading: Bytes([UInt8](hex: row.hex)))
      }
    }
  }

  @Test("handshake bodies are read and written as the page says, and damaged ones refused")
  func handshakeBodies() throws {
    for row in Self.vectors.handshakeBodies {
      let kind = FrameKind(rawValue: row.kind)
      let body = [UInt8](hex: row.hex)
      let map = try HandshakeFrame.open(Frame(header: FrameHeader(kind: kind), body: Bytes(body)))
      #expect(map.array == row.map.map { [UInt8](hex: $0) }, "\(row.name)")
      let frame = HandshakeFrame.encode(kind, map.array).array
      #expect(Array(frame.dropFirst(FrameHeader.size)) == body, "\(row.name)")
    }
    for row in Self.vectors.wrongHandshakeBodies {
      let header = FrameHeader(kind: FrameKind(rawValue: row.kind))
      #expect(throws: PouchError.self, "\(row.name)") {
        try HandshakeFrame.open(Frame(header: header, body: Bytes([UInt8](hex: row.hex))))
      }
    }
  }

  @Test("two handshakes make the messages of the traces, byte for byte, and agree")
  func handshakes() throws {
    for session in Self.vectors.sessions {
      let (initiator, acceptor) = try agree(session)
      #expect(initiator.nonces == acceptor.nonces, "\(session.name)")
      #expect(initiator.stages.map(\.name) == acceptor.stages.map(\.name), "\(session.name)")
      #expect(initiator.acknowledge.rawValue == session.acknowledge, "\(session.name)")
      #expect(acceptor.acknowledge.rawValue == session.acknowledge, "\(session.name)")
      #expect(initiator.session == acceptor.session, "\(session.name)")
    }
  }

  @Test("every frame of the traces is opened, and what deflate left alone sealed byte for byte")
  func frames() throws {
    for session in Self.vectors.sessions {
      let (initiator, acceptor) = try agree(session)
      var pipelines: [String: (writes: Pipeline, reads: Pipeline)] = [:]
      for (side, own, other) in [
        ("initiator", initiator, acceptor), ("acceptor", acceptor, initiator),
      ] {
        pipelines[side] = (
          try Pipeline(own.stages, context: own.context(outgoing: true)),
          try Pipeline(other.stages, context: other.context(outgoing: false))
        )
      }
      var seen = 0
      for step in session.steps where step.header != nil {
        let frame = try Self.frame(step)
        guard frame.header.kind.rawValue > FrameKind.reject.rawValue else { continue }
        let place: Comment = "\(session.name), \(step.what)"
        let side = try #require(pipelines[step.from], place)
        let decoded = [UInt8](hex: try #require(step.decoded, place))

        var body = frame.body
        try side.reads.open(&body, header: frame.header, limit: 16 << 20)
        #expect(body.array == decoded, place)
        try read(frame.header, body)

        var header = frame.header
        var sealed = OutgoingBody(Bytes(decoded))
        try side.writes.seal(&sealed, header: &header)
        // Another deflate may make other bytes.
        if !frame.header.isDeflated(session) {
          #expect(header == frame.header, place)
          var bytes: [UInt8] = []
          sealed.forEachSegment { bytes += $0 }
          #expect(bytes == frame.body.array, place)
        }
        seen += 1
      }
      #expect(seen == session.steps.count - 5, "\(session.name)")
    }
  }

  /// Reads what a body holds, and sees that it is written in the same way.
  private func read(_ header: FrameHeader, _ body: Bytes) throws {
    switch header.kind {
    case .data:
      let entries = try Self.entries(body, Int(header.count))
      for entry in entries { _ = try entry.attributes.map { try Attributes(reading: $0) } }
      #expect(Self.bytes(entries) == body.array)
    case .acknowledge:
      var buffer = ByteBuffer()
      try Acknowledgement(reading: body).append(to: &buffer)
      #expect(buffer.freeze() == body)
    case .refuse:
      #expect(try Refusal(reading: body).encoded() == body.array)
    case .close:
      #expect(try Closing(reading: body).encoded() == body.array)
    default:
      break
    }
  }

  /// Has two sides with the random values of a trace shake hands.
  private func agree(
    _ session: WireVectors.Session
  ) throws -> (initiator: Agreement, acceptor: Agreement) {
    let stages = try registry(session)
    func side(_ name: String, seed: UInt8) throws -> Handshake {
      let role: Role = session.sender == name ? .sender : .receiver
      let announced = session.key == nil ? [] : ["deflate", "hmac-sha-256"] as [StageName]
      let level = try #require(AcknowledgementLevel(rawValue: session.acknowledge))
      var offer = Handshake.Offer(
        role: role, id: Array(seed..<seed + 16), software: "trace/1", frame: 16 << 20, object: nil,
        heartbeat: 15_000,
        stages: try announced.map { name in
          try stages.makeStage(
            named: name, parameters: name == "deflate" ? ["level": .unsigned(6)] : [:])
        },
        acknowledge: level, window: Window(objects: 1024, bytes: 1 << 20),
        accept: { announced throws(PouchError) in
          try announced.map { stage throws(PouchError) in
            try stages.makeStage(named: stage.name, parameters: stage.parameters)
          }
        })
      offer.formats = [.raw, .cbor, .json]
      return Handshake(
        offer: offer, isInitiator: name == "initiator",
        nonces: .init(
          connection: Array(seed + 0x20..<seed + 0x30), session: Array(0x40..<0x50), grease: "0"))
    }
    var initiator = try side("initiator", seed: 0x00)
    var acceptor = try side("acceptor", seed: 0x10)
    let messages = try session.steps.filter { ["HELLO", "WELCOME", "READY"].contains($0.what) }
      .map(Self.frame)
    try #require(messages.count == 3)

    func isSame(_ made: Bytes?, _ message: Frame) -> Bool {
      made?.array == Self.bytes(message.header) + message.body.array
    }
    #expect(isSame(initiator.opening().last, messages[0]), "HELLO")
    let welcomed = try acceptor.receive(messages[0])
    #expect(isSame(welcomed.reply, messages[1]), "WELCOME")
    let ready = try initiator.receive(messages[1])
    #expect(isSame(ready.reply, messages[2]), "READY")
    let done = try acceptor.receive(messages[2])
    return (try #require(ready.agreement), try #require(done.agreement))
  }

  private func registry(_ session: WireVectors.Session) throws -> StageRegistry {
    let hmac = try session.key.map { try HMACSHA256Stage(key: Bytes([UInt8](hex: $0))) }
    return StandardStages.registry(hmac: hmac)
  }

  // MARK: Bytes

  private static func header(_ hex: String) throws -> FrameHeader {
    try [UInt8](hex: hex).withUnsafeBytes { try FrameHeader(reading: $0) }
  }

  private static func bytes(_ header: FrameHeader) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xff, count: FrameHeader.size)
    bytes.withUnsafeMutableBytes { header.write(to: $0) }
    return bytes
  }

  private static func frame(_ step: WireVectors.Session.Step) throws -> Frame {
    Frame(
      header: try header(try #require(step.header)),
      body: Bytes([UInt8](hex: try #require(step.body))))
  }

  /// The entries that fill a body.
  private static func entries(_ hex: String, _ count: Int) throws -> [Entry] {
    try entries(Bytes([UInt8](hex: hex)), count)
  }

  private static func entries(_ body: Bytes, _ count: Int) throws -> [Entry] {
    var reader = EntryReader(body)
    let entries = try (0..<count).map { _ in try reader.next() }
    guard reader.isAtEnd else { throw PouchError(.badData, "bytes behind the last entry") }
    return entries
  }

  private static func bytes(_ entries: [Entry]) -> [UInt8] {
    var buffer = ByteBuffer()
    for entry in entries {
      Entry.appendHead(
        to: &buffer, length: entry.payload.count, format: entry.format, hasMore: entry.hasMore,
        attributes: entry.attributes)
      buffer.append(entry.payload)
    }
    return buffer.freeze().array
  }
}

extension FrameHeader {
  /// Whether deflate, which comes first in the traces' pipelines, was applied.
  fileprivate func isDeflated(_ session: WireVectors.Session) -> Bool {
    session.key != nil && stages & 1 != 0
  }
}
