import PouchCore
import PouchStages
import Testing

@Suite("An integrity stage")
struct IntegrityStageTests {
  static let body = Array("a body that is long enough to have a middle, and then some".utf8)

  /// Opens `frame`, which must be refused in the stage's name, on a line of its own.
  private func expectRefusal(
    _ frame: Line.Frame, _ stage: any Stage, _ what: Comment,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let line = try Line([stage])
    let error = #expect(throws: PouchError.self, what, sourceLocation: sourceLocation) {
      try line.open(frame)
    }
    #expect(error?.code == .badData, what, sourceLocation: sourceLocation)
    #expect(error?.stage == stage.name, what, sourceLocation: sourceLocation)
  }

  @Test("refuses a flipped bit anywhere in body and seal", arguments: try integrityStages())
  func flippedInBody(_ stage: any Stage) throws {
    let frame = try Line([stage]).seal(IntegrityStageTests.body)
    #expect(try Line([stage]).open(frame) == IntegrityStageTests.body)
    for index in frame.body.indices {
      for bit in 0..<8 {
        var changed = frame
        changed.body[index] ^= 1 << bit
        try expectRefusal(changed, stage, "bit \(bit) of byte \(index)")
      }
    }
  }

  @Test(
    "refuses a flipped bit in any covered field of the header", arguments: try integrityStages())
  func flippedInHeader(_ stage: any Stage) throws {
    let frame = try Line([stage]).seal(IntegrityStageTests.body)
    for bit in 0..<64 {
      var changed = frame
      changed.header.firstID ^= 1 << bit
      try expectRefusal(changed, stage, "bit \(bit) of the first id")
    }
    for bit in 0..<32 {
      var changed = frame
      changed.header.count ^= 1 << bit
      try expectRefusal(changed, stage, "bit \(bit) of the count")
    }
    for bit in 0..<8 {
      var changed = frame
      changed.header.kind = FrameKind(rawValue: frame.header.kind.rawValue ^ 1 << bit)
      try expectRefusal(changed, stage, "bit \(bit) of the kind")
      changed = frame
      changed.header.flags = FrameFlags(rawValue: frame.header.flags.rawValue ^ 1 << bit)
      try expectRefusal(changed, stage, "bit \(bit) of the flags")
    }
  }

  @Test("covers which of the stages before it were applied", arguments: try integrityStages())
  func flippedStageBit(_ stage: any Stage) throws {
    let stages: [any Stage] = [try DeflateStage(level: 1), stage]
    for body in [IntegrityStageTests.body, Array(repeating: 1, count: 2000)] {
      var frame = try Line(stages).seal(body)
      frame.header.stages ^= 1
      let line = try Line(stages)
      let error = #expect(throws: PouchError.self) { try line.open(frame) }
      #expect(error?.code == .badData)
      #expect(error?.stage == stage.name)
    }
  }

  @Test("refuses a body cut at any length, or longer", arguments: try integrityStages())
  func cut(_ stage: any Stage) throws {
    let frame = try Line([stage]).seal(IntegrityStageTests.body)
    for length in 0..<frame.body.count {
      var changed = frame
      changed.body = Array(frame.body.prefix(length))
      try expectRefusal(changed, stage, "the first \(length) bytes")
      changed.body = Array(frame.body.suffix(length))
      try expectRefusal(changed, stage, "the last \(length) bytes")
    }
    for extra in [0, 0xff] as [UInt8] {
      var changed = frame
      changed.body += [extra]
      try expectRefusal(changed, stage, "a byte behind it")
    }
  }

  @Test("seals an empty body", arguments: try integrityStages())
  func empty(_ stage: any Stage) throws {
    let frame = try Line([stage]).seal([])
    #expect(!frame.body.isEmpty)
    #expect(try Line([stage]).open(frame, limit: 0) == [])
  }

  @Test("SHA-256 covers header fields and body as documented")
  func sha256Vector() throws {
    // Python: hashlib.sha256(bytes.fromhex("05010000" "0102030405060708" "00000009") + b"hello")
    let frame = try Line([SHA256Stage()]).seal(Array("hello".utf8))
    #expect(
      hexadecimal(frame.body.dropFirst(5))
        == "0de5b3f8053e2932b42413717148c758653a8fd0c399466bd95919a8b015fa57")
  }

  @Test("CRC-32C covers header fields and body as documented")
  func crc32cVector() throws {
    let covered: [UInt8] = [5, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 9]
    let sum = CRC32CTests.reference((covered + Array("hello".utf8))[...])
    let frame = try Line([CRC32CStage()]).seal(Array("hello".utf8))
    #expect(frame.body == Array("hello".utf8) + withUnsafeBytes(of: sum.bigEndian) { Array($0) })
  }
}

/// Two digits a byte.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
