import CBOR
import PouchCore
import PouchStages
import Testing

// A stage as somebody outside the package would write it: with the public API alone.

/// Adds a number to every byte, and counts the frames that it let pass.
struct RotationStage: Stage {
  static let name: StageName = "rotation"
  var name: StageName { RotationStage.name }
  var amount: UInt8

  var parameters: [String: CBOR.Value] { ["amount": .unsigned(UInt64(amount))] }

  init(amount: UInt8) { self.amount = amount }

  init(parameters: [String: CBOR.Value]) throws(PouchError) {
    guard let amount = parameters["amount"]?.unsignedInteger, amount < 256 else {
      throw PouchError(.protocolMismatch, "'amount' is not a byte")
    }
    self.amount = UInt8(amount)
  }

  func makeCodec(_ context: StageContext) throws(PouchError) -> any StageCodec {
    RotationCodec(amount: amount)
  }
}

private final class RotationCodec: StageCodec {
  private let amount: UInt8

  init(amount: UInt8) { self.amount = amount }

  func encode(_ body: inout OutgoingBody, header: FrameHeader) throws(PouchError) -> Applied {
    guard body.count > 0 else { return .declined }
    var rotated: [UInt8] = []
    body.forEachSegment { segment in rotated += segment.map { $0 &+ amount } }
    body.replace(with: Bytes(rotated))
    return .applied
  }

  func decode(_ body: inout Bytes, header: FrameHeader, limit: Int) throws(PouchError) {
    guard body.count <= limit else { throw PouchError(.limitExceeded, "too long") }
    body = Bytes(body.array.map { $0 &- amount })
  }
}

@Suite("A stage of one's own")
struct OwnStageTests {
  @Test("is announced, made by the other side, and works among the others")
  func roundTrip() throws {
    var registry = StandardStages.registry()
    registry.register(RotationStage.name) { parameters throws(PouchError) in
      try RotationStage(parameters: parameters)
    }
    let ours: [any Stage] = [
      try DeflateStage(level: 1), RotationStage(amount: 13), CRC32CStage(),
    ]
    let theirs = try ours.map {
      try registry.makeStage(named: $0.name, parameters: $0.parameters)
    }
    #expect(registry.names.contains("rotation"))

    var generator = SeededGenerator(seed: 5)
    for length in [0, 1, 600, 5000, 100_000] {
      let body = generator.prose(length)
      let frame = try Line(ours).seal(body)
      #expect(frame.header.stages & 0b010 == (length > 0 ? 0b010 : 0))
      #expect(try Line(theirs).open(frame) == body)
    }
    let frame = try Line([RotationStage(amount: 1)]).seal([0, 0x41, 0xff])
    #expect(frame.body == [1, 0x42, 0])
  }

  @Test("refuses its own parameters in its own words, under its name")
  func parameters() {
    var registry = StageRegistry()
    registry.register(RotationStage.name) { parameters throws(PouchError) in
      try RotationStage(parameters: parameters)
    }
    let error = #expect(throws: PouchError.self) {
      try registry.makeStage(named: "rotation", parameters: ["amount": 256])
    }
    #expect(error?.code == .protocolMismatch)
    #expect(error?.message == "'amount' is not a byte")
    #expect(error?.stage == "rotation")
  }
}
