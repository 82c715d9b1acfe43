import PouchCore
import PouchStages
import Testing

@Suite("A pipeline")
struct PipelineTests {
  @Test("returns what was put in, at every size", arguments: try pipelines())
  func roundTrips(_ stages: [any Stage]) throws {
    let line = try Line(stages)
    var generator = SeededGenerator(seed: 3)
    for length in [0, 1, 2, 3, 19, 64, 511, 512, 513, 4096, 4097, 65_535, 65_536, 300_000] {
      for body in [generator.noise(length), generator.prose(length)] {
        let frame = try line.seal(body)
        #expect(try line.open(frame, limit: max(length, 1)) == body, "\(length) bytes")
      }
    }
  }

  @Test("sets a bit for each stage that was applied")
  func bits() throws {
    let line = try Line([CRC32CStage(), DeflateStage(level: 1), SHA256Stage()])
    #expect(try line.seal(Array("too short to compress".utf8)).header.stages == 0b101)
    #expect(try line.seal(Array(repeating: 7, count: 5000)).header.stages == 0b111)
    #expect(try Line([]).seal([1, 2, 3]).header.stages == 0)
  }

  @Test("refuses a bit that stands for no stage", arguments: 1..<8)
  func bitBeyond(_ bit: Int) throws {
    let line = try Line([CRC32CStage()])
    var frame = try line.seal([1, 2, 3])
    frame.header.stages |= 1 << bit
    let error = try #require(throws: PouchError.self) { try line.open(frame) }
    #expect(error.code == .badData)
    #expect(error.message.contains("stage \(bit + 1) "))
  }

  @Test("refuses a frame that an integrity stage did not seal", arguments: try integrityStages())
  func unsealed(_ stage: any Stage) throws {
    let line = try Line([stage])
    var frame = try line.seal([1, 2, 3])
    frame.header.stages = 0
    let error = try #require(throws: PouchError.self) { try line.open(frame) }
    #expect(error.code == .badData)
    #expect(error.stage == stage.name)
  }

  @Test("has at most eight stages, of different names")
  func composition() throws {
    let many = (0..<9).map { Marker(rawName: "marker-\($0)") }
    let eight = try Line(Array(many.prefix(8)))
    let frame = try eight.seal([1])
    #expect(frame.header.stages == 0xff)
    #expect(frame.body == [1, 0, 1, 3, 7, 15, 31, 63, 127])
    #expect(try eight.open(frame) == [1])
    #expect(eight.opening.names == many.prefix(8).map(\.name))

    let nine = try #require(throws: PouchError.self) { _ = try Line(many) }
    #expect(nine.code == .configuration)
    let twice = try #require(throws: PouchError.self) {
      _ = try Line([CRC32CStage(), SHA256Stage(), CRC32CStage()])
    }
    #expect(twice.code == .configuration)
    #expect(twice.message.contains("crc32c"))
  }

  @Test("gives each stage room for what the stages before it added, and no more at the end")
  func limits() throws {
    let line = try Line([SHA256Stage(), DeflateStage(level: 1, minimum: 0), CRC32CStage()])
    let body = [UInt8](repeating: 9, count: 10_000)
    #expect(try line.open(line.seal(body), limit: 10_000) == body)
    for stages in [[SHA256Stage()], [], [CRC32CStage()]] as [[any Stage]] {
      let line = try Line(stages)
      #expect(try line.open(line.seal(body), limit: 10_000) == body)
      let error = try #require(throws: PouchError.self) {
        _ = try line.open(line.seal(body), limit: 9_999)
      }
      #expect(error.code == .limitExceeded)
    }
  }

  @Test("names the stage in what a stage throws")
  func names() throws {
    let line = try Line([CRC32CStage(), Failing()])
    let sealing = try #require(throws: PouchError.self) { try line.seal([1]) }
    #expect(sealing.stage == "failing")
    let opening = try #require(throws: PouchError.self) {
      try line.open(Line.Frame(header: FrameHeader(kind: .data, stages: 3), body: [1]))
    }
    #expect(opening.stage == "failing")
    let making = try #require(throws: PouchError.self) { _ = try Line([Failing(early: true)]) }
    #expect(making.stage == "failing")
  }
}

/// Appends the stage bits that it is shown, so that they can be looked at.
private struct Marker: Stage {
  let rawName: String
  var name: StageName { StageName(rawValue: rawName) }

  func makeCodec(_ context: StageContext) throws(PouchError) -> any StageCodec { Codec() }

  private final class Codec: StageCodec {
    func encode(_ body: inout OutgoingBody, header: FrameHeader) -> Applied {
      body.append(bigEndian: header.stages)
      return .applied
    }

    func decode(_ body: inout Bytes, header: FrameHeader, limit: Int) throws(PouchError) {
      guard body.count > 0, body[body.count - 1] == header.stages else {
        throw PouchError(.badData, "the bits differ")
      }
      body = body.dropLast(1)
    }
  }
}

/// Fails without saying where.
private struct Failing: Stage {
  var early = false
  var name: StageName { "failing" }

  func makeCodec(_ context: StageContext) throws(PouchError) -> any StageCodec {
    if early { throw PouchError(.internal, "as told") }
    return Codec()
  }

  private final class Codec: StageCodec {
    func encode(_ body: inout OutgoingBody, header: FrameHeader) throws(PouchError) -> Applied {
      throw PouchError(.internal, "as told")
    }

    func decode(_ body: inout Bytes, header: FrameHeader, limit: Int) throws(PouchError) {
      throw PouchError(.badData, "as told")
    }
  }
}
