import CBOR
import FoundationEssentials
import Testing

@Suite struct ContainerTests {
  enum Key: String, CodingKey { case a, b, c, d }

  /// Encodes as a closure says.
  struct Scripted: Encodable {
    let script: (any Encoder) throws -> Void
    func encode(to encoder: any Encoder) throws { try script(encoder) }
  }

  private func notation(_ script: @escaping (any Encoder) throws -> Void) throws -> String {
    try Value(encoding: Scripted(script: script)).diagnosticNotation
  }

  @Test("Nested containers can be filled in any order") func interleaved() throws {
    let text = try notation { encoder in
      var outer = encoder.container(keyedBy: Key.self)
      var first = outer.nestedContainer(keyedBy: Key.self, forKey: .a)
      var second = outer.nestedUnkeyedContainer(forKey: .b)
      try outer.encode(1, forKey: .c)
      try second.encode("x")
      try first.encode(2, forKey: .a)
      var third = second.nestedContainer(keyedBy: Key.self)
      try second.encode("y")
      try third.encode([3], forKey: .d)
      try first.encode(Scripted { try $0.unkeyedContainerOf(1, 2) }, forKey: .b)
      var fourth = second.nestedUnkeyedContainer()
      for number in 0..<30 { try fourth.encode(number) }
      try outer.encode(5, forKey: .d)
    }
    let numbers = (0..<30).map(String.init).joined(separator: ", ")
    #expect(
      text == #"{"a": {"a": 2, "b": [1, 2]}, "b": ["x", {"d": [3]}, "y", [\#(numbers)]], "#
        + #""c": 1, "d": 5}"#)
  }

  @Test(
    "Containers of any size get their head", arguments: [0, 1, 23, 24, 255, 256, 65535, 65536])
  func sizes(_ count: Int) throws {
    struct Wide: Encodable {
      let count: Int
      func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        // Nested containers on both sides of the head that moves.
        var nested = container.nestedUnkeyedContainer()
        for index in 0..<count { try container.encode(index) }
        try nested.encode("first")
        var last = container.nestedUnkeyedContainer()
        try last.encode("last")
      }
    }
    let value = try Value(encoding: [Wide(count: count), Wide(count: 1)])
    let elements = try #require(value.array?[0].array)
    #expect(elements.count == count + 2)
    #expect(elements.first == ["first"])
    #expect(elements.last == ["last"])
    #expect(elements.dropFirst().dropLast().elementsEqual((0..<count).map { Value($0) }))
    #expect(value.array?[1] == [["first"], 0, ["last"]])
  }

  class Base: Codable {
    var id = 1
    init() {}
  }
  final class Nested: Base {
    var name = "n"
    enum CodingKeys: CodingKey { case name }
    override init() { super.init() }
    required init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      name = try container.decode(String.self, forKey: .name)
      try super.init(from: container.superDecoder())
    }
    override func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try super.encode(to: container.superEncoder())
      try container.encode(name, forKey: .name)
    }
  }
  final class Flat: Base {
    var name = "n"
    enum CodingKeys: CodingKey { case name, id }
    var collides = false
    override init() { super.init() }
    required init(from decoder: any Decoder) throws {
      name = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .name)
      try super.init(from: decoder)
    }
    override func encode(to encoder: any Encoder) throws {
      try super.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(name, forKey: .name)
      if collides { try container.encode(2, forKey: .id) }
    }
  }

  @Test("A superclass has an encoder of its own, or shares its subclass's") func classes() throws {
    let nested = Nested()
    (nested.id, nested.name) = (5, "x")
    #expect(try Value(encoding: nested).diagnosticNotation == #"{"super": {"id": 5}, "name": "x"}"#)
    let back = try CBORDecoder().decode(Nested.self, from: CBOREncoder().encode(nested))
    #expect(back.id == 5 && back.name == "x")
    let flat = Flat()
    (flat.id, flat.name) = (6, "y")
    #expect(try Value(encoding: flat).diagnosticNotation == #"{"id": 6, "name": "y"}"#)
    let again = try CBORDecoder().decode(Flat.self, from: CBOREncoder().encode(flat))
    #expect(again.id == 6 && again.name == "y")
    flat.collides = true
    let error = #expect(throws: CBORError.self) { try CBOREncoder().encode(flat) }
    #expect(error?.code == .duplicateKey)
  }

  @Test("A value that fails and is passed over leaves nothing behind") func rollback() throws {
    struct Failure: Error {}
    let failing = Scripted { encoder in
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(1, forKey: .a)
      var nested = container.nestedUnkeyedContainer(forKey: .b)
      try nested.encode(2)
      throw Failure()
    }
    let text = try notation { encoder in
      var container = encoder.container(keyedBy: Key.self)
      try? container.encode(failing, forKey: .a)
      try? container.encode([failing], forKey: .b)
      try? container.encode(["x": failing], forKey: .c)
      var nested = container.nestedUnkeyedContainer(forKey: .d)
      try? nested.encode(failing)
      try nested.encode(3)
    }
    #expect(text == #"{"d": [3]}"#)
  }

  @Test("Containers used at a wrong time are refused") func misuse() throws {
    #expect(throws: CBORError.self) {
      try notation { encoder in
        var single = encoder.singleValueContainer()
        try single.encode(1)
        try single.encode(2)
      }
    }
    #expect(throws: CBORError.self) {
      try notation { encoder in
        var single = encoder.singleValueContainer()
        try single.encode(1)
        var keyed = encoder.container(keyedBy: Key.self)
        try keyed.encode(2, forKey: .a)
      }
    }
    final class Kept { var container: KeyedEncodingContainer<Key>? }
    let kept = Kept()
    #expect(throws: CBORError.self) {
      try notation { encoder in
        var outer = encoder.unkeyedContainer()
        try outer.encode(Scripted { kept.container = $0.container(keyedBy: Key.self) })
        try kept.container?.encode(1, forKey: .a)
      }
    }
    #expect(throws: EncodingError.self) { try kept.container?.encode(1, forKey: .a) }
  }

  /// A key of which it can be seen whether it is still held.
  final class TrackedKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  @Test("Nested containers do not outlive the call that they were made in")
  func releasesSessions() throws {
    weak var seen: TrackedKey?
    do {
      let key = TrackedKey(stringValue: "k")
      seen = key
      let value = Scripted { encoder in
        var outer = encoder.container(keyedBy: TrackedKey.self)
        var middle = outer.nestedContainer(keyedBy: TrackedKey.self, forKey: key)
        _ = middle.nestedUnkeyedContainer(forKey: key)
      }
      #expect(try hex(CBOREncoder().encode(value)) == "a1616ba1616b80")
    }
    #expect(seen == nil)
  }

  @Test("Nothing that a call is given outlives it, whatever containers were used")
  func releases() throws {
    final class Token: Sendable {}
    let key = CodingUserInfoKey(rawValue: "token").unsafelyUnwrapped
    weak var seen: Token?
    let encoder = CBOREncoder()
    let decoder = CBORDecoder()
    do {
      let token = Token()
      seen = token
      var (encoder, decoder) = (encoder, decoder)
      encoder.userInfo[key] = token
      decoder.userInfo[key] = token
      let shapes: [CodableTests.Shape] = [.circle(radius: 1), .polygon([1], "x")]
      let bytes = try encoder.encode(["k": shapes])
      #expect(try decoder.decode([String: [CodableTests.Shape]].self, from: bytes)["k"] == shapes)
      let failing = Scripted { encoder in
        var outer = encoder.unkeyedContainer()
        var inner = outer.nestedUnkeyedContainer()
        _ = inner.superEncoder()
        try inner.encode(Decimal.nan)
      }
      #expect(throws: CBORError.self) { try encoder.encode([failing]) }
      #expect(throws: CBORError.self) { try decoder.decode([Int].self, from: bytes) }
      #expect(throws: CBORError.self) { try decoder.decode(Int.self, from: [0xff]) }
    }
    #expect(seen == nil)
    // What is kept between calls belongs to the two coders.
    #expect(try decoder.decode(Int.self, from: encoder.encode(1)) == 1)
  }

  @Test("A decoder that is kept goes on reading") func keptDecoder() throws {
    struct Lazy: Decodable {
      let container: KeyedDecodingContainer<Key>
      init(from decoder: any Decoder) throws {
        container = try decoder.container(keyedBy: Key.self)
      }
    }
    var bytes = (["a": "text that is long enough", "b": [1, 2]] as Value).encoded()
    let decoder = CBORDecoder()
    let lazy = try decoder.decode(Lazy.self, from: bytes)
    for index in bytes.indices { bytes[index] = 0xff }
    _ = try decoder.decode([Int].self, from: [0x80])
    #expect(try lazy.container.decode(String.self, forKey: .a) == "text that is long enough")
    #expect(try lazy.container.decode([Int].self, forKey: .b) == [1, 2])
  }

  @Test("Elements are read in turn, and a failure does not pass one") func unkeyed() throws {
    struct Reader: Decodable {
      init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        #expect(container.count == 6)
        #expect(throws: DecodingError.self) { try container.decode(String.self) }
        #expect(container.currentIndex == 0)
        #expect(try container.decode(Int.self) == 1)
        #expect(try container.decodeNil())
        #expect(try container.decodeNil() == false)
        #expect(try container.nestedContainer(keyedBy: Key.self).decode(Int.self, forKey: .a) == 2)
        var nested = try container.nestedUnkeyedContainer()
        #expect(try nested.decode(Int.self) == 3)
        #expect(nested.isAtEnd)
        #expect(try Int(from: container.superDecoder()) == 4)
        #expect(try container.decodeIfPresent(Int.self) == nil)
        #expect(container.isAtEnd)
        #expect(throws: DecodingError.self) { try container.decode(Int.self) }
        #expect(throws: DecodingError.self) { try container.decodeNil() }
      }
    }
    let value: Value = [1, .null, ["a": 2], [3], 4, .null]
    _ = try CBORDecoder().decode(Reader.self, from: value.encoded())
  }

  @Test("Keys are found in any order, often, and in very large maps") func lookups() throws {
    struct AnyKey: CodingKey {
      let stringValue: String
      let intValue: Int?
      init(stringValue: String) { (self.stringValue, intValue) = (stringValue, nil) }
      init(intValue: Int) { (stringValue, self.intValue) = (String(intValue), intValue) }
    }
    struct Reader: Decodable {
      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        #expect(container.allKeys.count == 2000)
        for index in stride(from: 997, to: 1_000_000, by: 997).map({ $0 % 1000 }) {
          let text = AnyKey(stringValue: "key\(index)")
          let found = try container.decode(Int.self, forKey: text)
          if found != index { Issue.record("\(text.stringValue) is \(found)") }
        }
        for index in (0..<1000).reversed() {
          let found = try container.decode(Int.self, forKey: AnyKey(intValue: index))
          if found != -index { Issue.record("\(index) is \(found)") }
        }
        #expect(!container.contains(AnyKey(stringValue: "key1000")))
        #expect(!container.contains(AnyKey(stringValue: "")))
        #expect(!container.contains(AnyKey(intValue: -1)))
        #expect(try container.decodeIfPresent(Int.self, forKey: AnyKey(stringValue: "x")) == nil)
        #expect(throws: DecodingError.self) { try container.superDecoder() }
      }
    }
    let entries = (0..<1000).flatMap { index in
      [
        Value.Entry(key: .text("key\(index)"), value: Value(index)),
        Value.Entry(key: Value(index), value: Value(-index)),
      ]
    }
    _ = try CBORDecoder().decode(Reader.self, from: Value.map(entries).encoded())
    let contents = entries.flatMap { entry -> [UInt8] in
      entry.key.encoded() + entry.value.encoded()
    }
    let indefinite = [0xbf] + contents + [0xff]
    _ = try CBORDecoder().decode(Reader.self, from: indefinite)
  }

  @Test("Long and chunked keys are found") func unusualKeys() throws {
    struct Long: Codable, Equatable {
      var aPropertyWithANameOfMoreThanTwentyThreeBytes: Int
      var b: Int
    }
    let notation = #"{"aPropertyWithANameOfMoreThanTwentyThreeBytes": 1, "b": 2}"#
    try expectRoundTrip(Long(aPropertyWithANameOfMoreThanTwentyThreeBytes: 1, b: 2), notation)
    // The key "b" as a chunked string, and with a head that is longer than need be.
    for key in ["7f6162ff", "780162", "7f60616260ff"] {
      let bytes = hex("a2782c") + Array("aPropertyWithANameOfMoreThanTwentyThreeBytes".utf8)
      #expect(try CBORDecoder().decode(Long.self, from: bytes + [1] + hex(key) + [2]).b == 2)
    }
  }
}

extension Encoder {
  fileprivate func unkeyedContainerOf(_ elements: Int...) throws {
    var container = unkeyedContainer()
    for element in elements { try container.encode(element) }
  }
}
