import CBOR
import Testing

@Suite struct ErrorTests {
  struct Team: Codable {
    var name: String
    var people: [Person]
    var limits: [String: [Int8]]?
  }
  struct Person: Codable {
    var id: Int
    var address: [String: String]?
  }

  private func error(_ notation: String) throws -> CBORError {
    let bytes = try Value(diagnostic: notation).encoded()
    return try #require(
      #expect(throws: CBORError.self) { try CBORDecoder().decode(Team.self, from: bytes) })
  }

  private func path(_ error: CBORError) -> String {
    error.codingPath.map(\.stringValue).joined(separator: ".")
  }

  @Test("Errors say which byte and which path") func places() throws {
    let mismatch = try error(#"{"name": "x", "people": [{"id": 1}, {"id": "2"}]}"#)
    #expect(mismatch.code == .typeMismatch)
    #expect(path(mismatch) == "people.1.id")
    #expect(mismatch.offset == 25)
    #expect(
      mismatch.description == "expected an integer, found a text string at byte 25 (in people.1.id)"
    )

    let missing = try error(#"{"name": "x", "people": [{}]}"#)
    #expect(missing.code == .keyNotFound)
    #expect(path(missing) == "people.0")
    #expect(missing.message.contains("\"id\""))
    #expect(missing.offset == 16)

    let null = try error(#"{"name": null, "people": []}"#)
    #expect(null.code == .valueNotFound)
    #expect(path(null) == "name")

    let range = try error(#"{"name": "x", "people": [], "limits": {"a": [], "b": [1, 999]}}"#)
    #expect(range.code == .outOfRange)
    #expect(path(range) == "limits.b.1")

    let root = try error("[1]")
    #expect(root.code == .typeMismatch)
    #expect(root.codingPath.isEmpty)
    #expect(root.offset == 0)

    let deep = try error(#"{"people": [{"id": 1, "address": {"street": 4}}], "name": ""}"#)
    #expect(path(deep) == "people.0.address.street")
  }

  @Test("Malformed bytes are placed by byte and path too") func malformed() throws {
    // {"a": [1, {2: <reserved>}]}
    let error = try #require(
      #expect(throws: CBORError.self) { try Value(decoding: hex("a161618201a1021c")) })
    #expect(path(error) == "a.1.2")
    #expect(error.offset == 7)
    let duplicate = try #require(
      #expect(throws: CBORError.self) { try Value(decoding: hex("81a201000100")) })
    #expect(duplicate.code == .duplicateKey)
    #expect(duplicate.codingPath.first?.intValue == 0)
  }

  @Test("Errors of a type's own are kept") func custom() throws {
    struct Refusal: Error, Equatable { var reason: Int }
    struct Strict: Codable {
      init() {}
      init(from decoder: any Decoder) throws { throw Refusal(reason: 4) }
      func encode(to encoder: any Encoder) throws { throw Refusal(reason: 5) }
    }
    let decoding = #expect(throws: CBORError.self) {
      try CBORDecoder().decode([Strict].self, from: [0x81, 0x00])
    }
    #expect(decoding?.code == .custom)
    #expect(decoding?.underlying as? Refusal == Refusal(reason: 4))
    let encoding = #expect(throws: CBORError.self) { try CBOREncoder().encode([Strict()]) }
    #expect(encoding?.underlying as? Refusal == Refusal(reason: 5))
  }

  @Test("An error that a type makes itself is placed by its path") func ownDecodingError() throws {
    struct Even: Decodable {
      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard try container.decode(Int.self) % 2 == 0 else {
          throw DecodingError.dataCorruptedError(in: container, debugDescription: "odd")
        }
      }
    }
    let error = try #require(
      #expect(throws: CBORError.self) {
        try CBORDecoder().decode([String: [Even]].self, from: hex("a16161820203"))
      })
    #expect(error.code == .invalidValue)
    #expect(error.message == "odd")
    #expect(path(error) == "a.1")
    #expect(error.offset == 5)
  }

  @Test("An encoder knows the path at every time") func encodingPath() throws {
    final class Log { var paths: [String] = [] }
    struct Probe: Encodable {
      let log: Log
      func encode(to encoder: any Encoder) throws {
        log.paths.append(encoder.codingPath.map(\.stringValue).joined(separator: "."))
      }
    }
    enum Key: CodingKey { case a, b }
    struct Outer: Encodable {
      let log: Log
      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode([Probe(log: log), Probe(log: log)], forKey: .a)
        var nested = container.nestedUnkeyedContainer(forKey: .b)
        try nested.encode(1)
        try nested.encode(["k": Probe(log: log)])
        try Probe(log: log).encode(to: nested.superEncoder())
      }
    }
    let log = Log()
    _ = try CBOREncoder().encode([Outer(log: log)])
    #expect(log.paths == ["0.a.0", "0.a.1", "0.b.1.k", "0.b.2"])
  }
}
