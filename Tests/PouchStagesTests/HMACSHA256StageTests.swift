import PouchCore
import PouchStages
import Testing

@Suite("HMAC-SHA-256")
struct HMACSHA256StageTests {
  private static func line(
    key: Bytes = sharedKey, _ direction: StageContext.Direction = .fromInitiator,
    nonces: Bytes = Line.nonces
  ) throws -> Line {
    try Line(
      [try HMACSHA256Stage(key: key)],
      context: StageContext(direction: direction, nonces: nonces))
  }

  private func expectRefusal(
    _ line: Line, _ frame: Line.Frame, _ what: Comment,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: PouchError.self, what, sourceLocation: sourceLocation) {
      try line.open(frame)
    }
    #expect(error?.code == .badData, what, sourceLocation: sourceLocation)
    #expect(error?.stage == "hmac-sha-256", what, sourceLocation: sourceLocation)
  }

  // Made with Python's hmac and hashlib:
  //   key = b"sixteen bytes or more of a key"; nonces = bytes(range(32))
  //   own = hmac.digest(key, b"pouch/1 hmac-sha-256" + bytes([direction]) + nonces, "sha256")
  //   covered = bytes.fromhex("05010000" "0102030405060708" "00000009")
  //   hmac.digest(own, number.to_bytes(8, "big") + covered + b"hello", "sha256")
  @Test(
    "makes the codes that Python makes",
    arguments: [
      (
        StageContext.Direction.fromInitiator,
        [
          "8f8ff4774923a13d9066e1c55f95be06c8329923a2744ec71c260e1473a45a5f",
          "dca2c2e6bd45a7dfcb580c9c1671f51d6211ca9be632c0535a309ba86884344b",
        ]
      ),
      (
        .fromAcceptor,
        [
          "f17268fdcf835ae19e29ddc4c1678ac4d982431dd5d336c9d067809d2ea4fd60",
          "4a73c5f47f477ed5b9a46ba8056775b571735ab69f12e68f0f735450e6181ae5",
        ]
      ),
    ])
  func vectors(_ direction: StageContext.Direction, _ codes: [String]) throws {
    let line = try HMACSHA256StageTests.line(direction)
    for code in codes {
      let frame = try line.seal(Array("hello".utf8))
      #expect(hexadecimal(frame.body) == "68656c6c6f" + code)
      #expect(try line.open(frame) == Array("hello".utf8))
    }
  }

  @Test("refuses a frame that comes again, too early, or after one that was left out")
  func order() throws {
    let sealing = try HMACSHA256StageTests.line()
    let frames = try (0..<3).map { _ in try sealing.seal(Array("the same".utf8)) }

    let again = try HMACSHA256StageTests.line()
    _ = try again.open(frames[0])
    expectRefusal(again, frames[0], "replayed")

    let early = try HMACSHA256StageTests.line()
    expectRefusal(early, frames[1], "reordered")

    let gap = try HMACSHA256StageTests.line()
    _ = try gap.open(frames[0])
    expectRefusal(gap, frames[2], "one was left out")
  }

  @Test("refuses a frame of another direction, connection or key")
  func elsewhere() throws {
    let frame = try HMACSHA256StageTests.line().seal([1, 2, 3])
    expectRefusal(try HMACSHA256StageTests.line(.fromAcceptor), frame, "reflected")

    var nonces = Line.nonces.array
    nonces[31] ^= 1
    let other = Bytes(nonces)
    expectRefusal(try HMACSHA256StageTests.line(nonces: other), frame, "another connection")

    var key = sharedKey.array
    key[0] ^= 1
    expectRefusal(try HMACSHA256StageTests.line(key: Bytes(key)), frame, "another key")

    #expect(try HMACSHA256StageTests.line().open(frame) == [1, 2, 3])
  }

  @Test("a frame that was refused does not use up its number")
  func refusalsDoNotCount() throws {
    let frame = try HMACSHA256StageTests.line().seal([1, 2, 3])
    let line = try HMACSHA256StageTests.line()
    var changed = frame
    changed.body[0] ^= 1
    expectRefusal(line, changed, "changed")
    #expect(try line.open(frame) == [1, 2, 3])
  }

  @Test("wants a key of 16 to 4096 bytes", arguments: [0, 1, 15, 4097])
  func keyLength(_ length: Int) throws {
    let error = #expect(throws: PouchError.self) {
      try HMACSHA256Stage(key: Bytes([UInt8](repeating: 7, count: length)))
    }
    #expect(error?.code == .configuration)
    #expect(error?.hint?.contains("openssl rand") == true)
  }

  @Test("keeps its key out of every text")
  func secrecy() throws {
    let secret = "correct horse battery staple"
    let stage = try HMACSHA256Stage(key: Bytes(utf8: secret))
    var dumped = ""
    dump(stage, to: &dumped)
    for text in ["\(stage)", String(reflecting: stage), dumped] {
      #expect(!text.contains("horse"))
      #expect(!text.contains("SecretKey"))
    }
    let error = #expect(throws: PouchError.self) {
      try HMACSHA256Stage(key: Bytes(utf8: "battery staple"))
    }
    #expect(error.map { "\($0) \(String(reflecting: $0))" }?.contains("battery") == false)
    #expect(stage.parameters.isEmpty)
  }
}
