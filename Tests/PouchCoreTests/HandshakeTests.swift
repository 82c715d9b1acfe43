import Testing

@testable import PouchCore

@Suite("The handshake")
struct HandshakeTests {
  static func offer(_ role: Role, stages: [any Stage] = []) -> Handshake.Offer {
    Handshake.Offer(
      role: role, id: [UInt8](repeating: role == .sender ? 1 : 2, count: 16), software: "test",
      frame: 1 << 20, object: nil, heartbeat: 15_000, stages: stages, acknowledge: .received,
      window: role == .sender ? Window(objects: 100, bytes: 50) : Window(objects: 10, bytes: 500),
      accept: { announced throws(PouchError) in
        try announced.map { stage throws(PouchError) -> any Stage in
          guard stage.name == "plain" else {
            throw PouchError(.protocolMismatch, "the pipeline has '\(stage.name)'")
          }
          return PlainStage()
        }
      })
  }

  static func handshake(
    _ role: Role, initiator: Bool, stages: [any Stage] = []
  ) -> Handshake {
    let nonce = [UInt8](repeating: initiator ? 0xaa : 0xbb, count: 16)
    let nonces = Handshake.Nonces(
      connection: nonce, session: [UInt8](repeating: 7, count: 16), grease: "x1")
    return Handshake(offer: offer(role, stages: stages), isInitiator: initiator, nonces: nonces)
  }

  static func frame(_ bytes: Bytes) throws -> Frame {
    var buffer = ByteBuffer()
    buffer.append(bytes)
    var decoder = FrameDecoder(limit: HandshakeFrame.limit)
    return try #require(try decoder.next(&buffer))
  }

  @Test("sender and receiver agree, whoever connects", arguments: [Role.sender, .receiver])
  func agree(_ dialling: Role) throws {
    var initiator = Self.handshake(
      dialling, initiator: true, stages: dialling == .sender ? [PlainStage()] : [])
    var acceptor = Self.handshake(
      dialling.opposite, initiator: false, stages: dialling == .receiver ? [PlainStage()] : [])
    #expect(acceptor.opening() == [Preface.bytes])
    let hello = try Self.frame(initiator.opening()[1])
    let welcome = try acceptor.receive(hello)
    #expect(welcome.agreement == nil)
    let ready = try initiator.receive(Self.frame(#require(welcome.reply)))
    let theirs = try acceptor.receive(Self.frame(#require(ready.reply)))
    let agreements = [try #require(ready.agreement), try #require(theirs.agreement)]
    for agreement in agreements {
      #expect(agreement.acknowledge == .received)
      #expect(agreement.stages.map(\.name) == ["plain"])
      #expect(agreement.session == [UInt8](repeating: 7, count: 16))
      #expect(
        agreement.nonces.array == [UInt8](repeating: 0xaa, count: 16)
          + [UInt8](repeating: 0xbb, count: 16))
    }
    let sending = try #require(agreements.first { $0.role == .sender })
    #expect(sending.window == Window(objects: 10, bytes: 50))
    #expect(agreements[0].context(outgoing: true) == agreements[1].context(outgoing: false))
    #expect(agreements[0].context(outgoing: true) != agreements[0].context(outgoing: false))
  }

  @Test("two ends of the same role refuse each other", arguments: [Role.sender, .receiver])
  func sameRole(_ role: Role) throws {
    let initiator = Self.handshake(role, initiator: true)
    var acceptor = Self.handshake(role, initiator: false)
    let error = #expect(throws: PouchError.self) {
      try acceptor.receive(Self.frame(initiator.opening()[1]))
    }
    #expect(error?.code == .protocolMismatch)
  }

  @Test("the refused side reports the reason that it was given")
  func rejection() throws {
    var initiator = Self.handshake(.sender, initiator: true, stages: [OtherStage()])
    var acceptor = Self.handshake(.receiver, initiator: false)
    let error = try #require(
      #expect(throws: PouchError.self) {
        try acceptor.receive(Self.frame(initiator.opening()[1]))
      })
    let reject = try #require(HandshakeFrame.rejection(for: error))
    let reported = #expect(throws: PouchError.self) {
      try initiator.receive(Self.frame(reject))
    }
    #expect(reported?.code == .protocolMismatch)
    #expect(reported?.cause?.contains("the pipeline has 'other'") == true)
  }

  @Test(
    "a receiver refuses a sender that announces none of its formats, whoever connects",
    arguments: [Role.sender, .receiver])
  func formats(_ dialling: Role) throws {
    func handshake(_ role: Role, _ formats: Set<ObjectFormat>) -> Handshake {
      var offer = Self.offer(role)
      offer.formats = formats
      return Handshake(offer: offer, isInitiator: role == dialling, nonces: .random())
    }
    func meet(_ sends: Set<ObjectFormat>, _ takes: Set<ObjectFormat>) throws -> PouchError? {
      var sender = handshake(.sender, sends)
      var receiver = handshake(.receiver, takes)
      do {
        if dialling == .sender {
          _ = try receiver.receive(Self.frame(sender.opening()[1]))
        } else {
          let welcome = try sender.receive(Self.frame(receiver.opening()[1]))
          _ = try receiver.receive(Self.frame(#require(welcome.reply)))
        }
        return nil
      } catch let error as PouchError {
        let reject = try #require(HandshakeFrame.rejection(for: error))
        let reported = #expect(throws: PouchError.self) { try sender.receive(Self.frame(reject)) }
        #expect(reported?.code == .protocolMismatch)
        #expect(reported?.cause?.hasSuffix("(format)") == true)
        return error
      }
    }
    #expect(try meet([.raw, .pickle], [.raw, .cbor]) == nil)
    #expect(try meet([.pickle], [.raw, .pickle]) == nil)
    let error = try meet([.pickle], [.raw, .cbor])
    #expect(error?.code == .protocolMismatch)
    #expect(error?.message.hasSuffix("this receiver takes, raw, cbor") == true)
  }

  @Test("a second HELLO, DATA, or anything that is not due is refused")
  func outOfTurn() throws {
    let initiator = Self.handshake(.sender, initiator: true)
    let hello = try Self.frame(initiator.opening()[1])
    var acceptor = Self.handshake(.receiver, initiator: false)
    _ = try acceptor.receive(hello)
    #expect(throws: PouchError.self) { try acceptor.receive(hello) }
    var other = Self.handshake(.receiver, initiator: false)
    let data = Frame(header: FrameHeader(kind: .data, firstID: 1, count: 1), body: Bytes([0]))
    #expect(throws: PouchError.self) { try other.receive(data) }
  }

  @Test("every flipped bit of a HELLO is refused, by its header or by its checksum")
  func flippedBits() throws {
    let hello = Self.handshake(.sender, initiator: true).opening()[1].array
    for bit in 0..<hello.count * 8 {
      var damaged = hello
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      var acceptor = Self.handshake(.receiver, initiator: false)
      #expect(throws: PouchError.self, "bit \(bit)") {
        _ = try acceptor.receive(Self.frame(Bytes(damaged)))
      }
    }
  }

  @Test("a HELLO that is cut anywhere, or random, never traps", arguments: 0..<200)
  func garbage(_ seed: UInt64) throws {
    var random = Seeded(seed)
    let length = Int.random(in: 0...200, using: &random)
    let body = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    let frame = try Self.frame(HandshakeFrame.encode(.hello, body))
    var acceptor = Self.handshake(.receiver, initiator: false)
    #expect(throws: PouchError.self) { try acceptor.receive(frame) }
  }
}

/// A stage that does nothing, under the name `plain`.
struct PlainStage: Stage {
  var name: StageName { "plain" }
  func makeCodec(_ context: StageContext) throws(PouchError) -> any StageCodec { Codec() }

  final class Codec: StageCodec {
    func encode(
      _ body: inout OutgoingBody, header: FrameHeader
    ) throws(PouchError) -> Applied { .declined }
    func decode(_ body: inout Bytes, header: FrameHeader, limit: Int) throws(PouchError) {}
  }
}

/// A stage that no receiver of these tests knows.
struct OtherStage: Stage {
  var name: StageName { "other" }
  func makeCodec(_ context: StageContext) throws(PouchError) -> any StageCodec {
    PlainStage.Codec()
  }
}
