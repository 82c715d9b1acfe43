import CBOR
import PouchCore
import PouchStages
import Testing

@Suite("A stage registry")
struct StageRegistryTests {
  @Test("makes every stage from what it announces")
  func announced() throws {
    let hmac = try HMACSHA256Stage(key: sharedKey)
    let registry = StandardStages.registry(hmac: hmac)
    #expect(registry.names == ["crc32c", "deflate", "hmac-sha-256", "sha-256"])
    let stages: [any Stage] = [try DeflateStage(level: 7), CRC32CStage(), SHA256Stage(), hmac]
    let made = try stages.map {
      try registry.makeStage(named: $0.name, parameters: $0.parameters)
    }
    #expect(made.map(\.name) == stages.map(\.name))
    #expect((made[0] as? DeflateStage)?.level == 7)

    let body = [UInt8](repeating: 1, count: 2000)
    #expect(try Line(made).open(Line(stages).seal(body)) == body)
  }

  @Test("knows hmac-sha-256 only with a key")
  func withoutKey() {
    let registry = StandardStages.registry()
    let error = #expect(throws: PouchError.self) {
      try registry.makeStage(named: "hmac-sha-256")
    }
    #expect(error?.code == .protocolMismatch)
    #expect(error?.message.contains("crc32c, deflate, sha-256") == true)
    #expect(error?.stage == "hmac-sha-256")

    let empty = #expect(throws: PouchError.self) { try StageRegistry().makeStage(named: "x") }
    #expect(empty?.message.contains("no stage is available") == true)
  }

  @Test(
    "refuses parameters that cannot be used, in words",
    arguments: [
      ("deflate", ["level": 0], "1 to 9"), ("deflate", ["level": 10], "1 to 9"),
      ("deflate", ["level": -1], "1 to 9"), ("deflate", ["level": "6"], "1 to 9"),
      ("deflate", ["level": .unsigned(.max)], "1 to 9"),
      ("deflate", ["level": 6, "window": 9], "'window'"), ("crc32c", ["level": 6], "'level'"),
      ("sha-256", ["x": .null], "'x'"), ("hmac-sha-256", ["key": "secret"], "'key'"),
    ] as [(StageName, [String: CBOR.Value], String)])
  func badParameters(
    _ name: StageName, _ parameters: [String: CBOR.Value], _ needle: String
  ) throws {
    let registry = StandardStages.registry(hmac: try HMACSHA256Stage(key: sharedKey))
    let error = #expect(throws: PouchError.self) {
      try registry.makeStage(named: name, parameters: parameters)
    }
    #expect(error?.code == .protocolMismatch)
    #expect(error?.stage == name)
    #expect(error?.message.contains(needle) == true)
    #expect(error?.message.contains("secret") == false)
  }

  @Test("a later registration takes the place of an earlier one")
  func replacement() throws {
    var registry = StandardStages.registry()
    registry.register("crc32c") { _ throws(PouchError) in
      throw PouchError(.protocolMismatch, "not today")
    }
    let error = #expect(throws: PouchError.self) { try registry.makeStage(named: "crc32c") }
    #expect(error?.message == "not today")
    #expect(error?.stage == "crc32c")
  }
}
