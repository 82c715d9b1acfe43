import CBOR
import Testing

/// Encodes, compares with the expected notation, decodes and compares again.
func expectRoundTrip<T: Codable & Equatable>(
  _ value: T, _ notation: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let bytes = try CBOREncoder().encode(value)
  #expect(
    try Value(decoding: bytes) == Value(diagnostic: notation), sourceLocation: sourceLocation)
  #expect(try CBORDecoder().decode(T.self, from: bytes) == value, sourceLocation: sourceLocation)
}

@Suite struct CodableTests {
  struct Lamp: Codable, Equatable {
    var id: Int
    var name: String
    var level: Double?
    var isOn: Bool
    var parts: [Part]
  }
  struct Part: Codable, Equatable {
    var weight: Float
    var serial: [UInt8]
  }

  @Test("A structure is a map with text keys") func structure() throws {
    let lamp = Lamp(
      id: 7, name: "desk", level: nil, isOn: true, parts: [Part(weight: 1.5, serial: [1, 2])])
    try expectRoundTrip(
      lamp,
      #"{"id": 7, "name": "desk", "isOn": true, "parts": [{"weight": 1.5, "serial": h'0102'}]}"#)
    #expect(
      try CBORDecoder().decode(
        Lamp.self,
        from: Value(
          diagnostic:
            #"{_ "level": null, "parts": [_ ], "isOn": false, "more": [1, {}], "id": 1_3, "name": (_ "a", "b")}"#
        ).encoded()) == Lamp(id: 1, name: "ab", level: nil, isOn: false, parts: []))
  }

  @Test("Coding keys with integers are integer keys") func integerKeys() throws {
    struct Claims: Codable, Equatable {
      var issuer: String
      var expires: Int
      enum CodingKeys: Int, CodingKey { case issuer = 1, expires = -4 }
    }
    try expectRoundTrip(Claims(issuer: "me", expires: 9), #"{1: "me", -4: 9}"#)
    #expect(
      try CBORDecoder().decode(
        Claims.self, from: (["issuer": "me", "expires": 9] as Value).encoded())
        == Claims(issuer: "me", expires: 9))
  }

  enum Shape: Codable, Equatable {
    case circle(radius: Double)
    case polygon([Int], String)
    case nothing
  }
  enum Level: String, Codable, CodingKeyRepresentable { case low, high }

  @Test("Enumerations travel as Swift encodes them") func enumerations() throws {
    try expectRoundTrip(
      [Shape.circle(radius: 2.5), .polygon([1, 2], "x"), .nothing],
      #"[{"circle": {"radius": 2.5}}, {"polygon": {"_0": [1, 2], "_1": "x"}}, {"nothing": {}}]"#)
    try expectRoundTrip([Level.low, .high], #"["low", "high"]"#)
  }

  indirect enum List: Codable, Equatable {
    case end
    case node(Int, List)
  }

  @Test("A recursive type is nested up to the limit and refused beyond it") func recursion() throws
  {
    func list(_ count: Int) -> List { (0..<count).reduce(.end) { .node($1, $0) } }
    let bytes = try CBOREncoder().encode(list(200))
    #expect(try CBORDecoder().decode(List.self, from: bytes) == list(200))
    let error = #expect(throws: CBORError.self) { try CBOREncoder().encode(list(300)) }
    #expect(error?.code == .depthExceeded)
  }

  final class Cycle: Encodable {
    var next: Cycle?
  }

  @Test("A cycle of objects is refused") func cycle() throws {
    let cycle = Cycle()
    cycle.next = cycle
    defer { cycle.next = nil }
    let error = #expect(throws: CBORError.self) { try CBOREncoder().encode(cycle) }
    #expect(error?.code == .depthExceeded)
    #expect(error?.codingPath.count ?? 0 > 500)
  }

  @Test("A dictionary is a map, whatever its keys are") func dictionaries() throws {
    struct Point: Codable, Hashable { var x, y: Int }
    try expectRoundTrip([1: "hi", 2: "there"], #"{1: "hi", 2: "there"}"#)
    try expectRoundTrip(["1": "hi", "2": "there"], #"{"1": "hi", "2": "there"}"#)
    try expectRoundTrip([Point(x: 1, y: 2): true], #"{{"x": 1, "y": 2}: true}"#)
    try expectRoundTrip([[1, 2]: [3: 4]], "{[1, 2]: {3: 4}}")
    try expectRoundTrip([1.5: -1], "{1.5: -1}")
    try expectRoundTrip([Level.low: 1], #"{"low": 1}"#)
    try expectRoundTrip([[UInt8](arrayLiteral: 1): 1], "{h'01': 1}")
    try expectRoundTrip([true: nil, false: 1] as [Bool: Int?], "{true: null, false: 1}")
    try expectRoundTrip([String: Int](), "{}")
    struct Holder: Codable, Equatable { var byNumber: [UInt16: Lamp?] }
    try expectRoundTrip(Holder(byNumber: [3: nil]), #"{"byNumber": {3: null}}"#)
  }

  @Test("Texts that Swift holds equal are not one key by accident") func normalForms() throws {
    let bytes = Value.map([
      Value.Entry(key: .text("\u{e9}"), value: 1), Value.Entry(key: .text("e\u{301}"), value: 2),
    ]).encoded()
    #expect(try Value(decoding: bytes).map?.count == 2)
    let error = #expect(throws: CBORError.self) {
      try CBORDecoder().decode([String: Int].self, from: bytes)
    }
    #expect(error?.code == .duplicateKey)
  }

  @Test("Sets are tagged, optionals are null") func collections() throws {
    try expectRoundTrip(Set([5]), "258([5])")
    #expect(try CBORDecoder().decode(Set<Int>.self, from: hex("83010201")) == [1, 2])
    try expectRoundTrip([1, nil, 3] as [Int?], "[1, null, 3]")
    try expectRoundTrip(nil as String?, "null")
    try expectRoundTrip([[1.5, 2.5], []], "[[1.5, 2.5], []]")
    try expectRoundTrip(["a", "", "\u{6c34}"], #"["a", "", "\#u{6c34}"]"#)
    try expectRoundTrip((0..<300).map { $0 }, "\((0..<300).map { $0 })")
    try expectRoundTrip(ContiguousArray([1, 2]), "[1, 2]")
    try expectRoundTrip([UInt8]([0, 255]), "h'00ff'")
    try expectRoundTrip(Tagged(42, ["a": 1]), #"42({"a": 1})"#)
    try expectRoundTrip(["v": [1, 2.5, .null] as Value], #"{"v": [1, 2.5, null]}"#)
    #expect(try CBORDecoder().decode([UInt8].self, from: hex("830118ff02")) == [1, 255, 2])
    #expect(try CBORDecoder().decode(Int?.self, from: hex("f7")) == nil)
  }

  @Test("Empty values are empty maps") func emptyValues() throws {
    struct Empty: Codable, Equatable {}
    struct Silent: Encodable { func encode(to encoder: any Encoder) {} }
    try expectRoundTrip(Empty(), "{}")
    try expectRoundTrip([Empty(), Empty()], "[{}, {}]")
    #expect(try hex(CBOREncoder().encode(Silent())) == "a0")
    #expect(try hex(CBOREncoder().encode([Silent()])) == "81a0")
  }

  @Test("User information reaches both sides") func userInfo() throws {
    struct Probe: Codable {
      static let key = CodingUserInfoKey(rawValue: "probe").unsafelyUnwrapped
      var seen: Int
      init() { seen = 0 }
      init(from decoder: any Decoder) throws { seen = decoder.userInfo[Self.key] as? Int ?? 0 }
      func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(encoder.userInfo[Self.key] as? Int ?? 0)
      }
    }
    #expect(try CBOREncoder(userInfo: [Probe.key: 5]).encode(Probe()) == [5])
    #expect(try CBORDecoder(userInfo: [Probe.key: 6]).decode(Probe.self, from: [0]).seen == 6)
  }

  @Test("One encoder and one decoder serve many tasks") func concurrency() async throws {
    let encoder = CBOREncoder()
    let decoder = CBORDecoder()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for round in 0..<50 {
            let values = (0..<round).map { [task: "\($0)"] }
            let bytes = try encoder.encode(values)
            #expect(try decoder.decode([[Int: String]].self, from: bytes) == values)
          }
        }
      }
      try await group.waitForAll()
    }
  }
}
