import CBOR
import Testing

@Suite struct DuplicateKeyTests {
  /// One key of each size around the words that are compared at once.
  private static let keys: [Value] = (0...40).map { size in
    .text(String((0..<size).map { Character(Unicode.Scalar(UInt8(97 + ($0 + size) % 26))) }))
  }

  private func code(_ keys: some Sequence<Value>) -> CBORError.Code? {
    do {
      let map = Value.map(keys.map { Value.Entry(key: $0, value: 1) })
      #expect(try Value(decoding: map.encoded()) == map)
      return nil
    } catch {
      return error.code
    }
  }

  @Test("A key of any size is found again, at the very end too", arguments: keys.indices)
  func everySize(_ index: Int) {
    let key = Self.keys[index]
    let others = Self.keys.filter { $0 != key }
    for count in [0, 1, 3, 20] {
      let keys = [key] + others.prefix(count)
      #expect(code(keys) == nil)
      #expect(code(keys + [key]) == .duplicateKey)
    }
  }

  @Test("Keys that share both ends are told apart") func sharedEnds() {
    let keys = (0..<26).map { letter in
      Value.text("beginning\(Character(Unicode.Scalar(UInt8(97 + letter))))the end")
    }
    #expect(code(keys) == nil)
    #expect(code(keys + keys.suffix(1)) == .duplicateKey)
  }

  @Test("Every kind of key is compared") func everyKind() {
    let keys: [Value] = [
      0, 23, 24, 65_536, -1, -25, 1.5, .boolean(false), .null, .undefined, .simple(40),
      .bytes([]), .bytes([97]), "a", "", [], [1], .map([]), .tagged(1, 0), .tagged(1, 1),
    ]
    #expect(code(keys) == nil)
    for key in keys { #expect(code(keys + [key]) == .duplicateKey) }
  }

  @Test("A key that a nested map holds too is none of the outer's") func nestedMaps() throws {
    let bytes = hex("a2 6161 a2 6161 01 6162 02 6162 a1 6161 03")
    let value = try Value(decoding: bytes)
    #expect(value.encoded() == bytes)
    #expect(throws: CBORError.self) {
      try Value(decoding: hex("a3 6161 a2 6161 01 6162 02 6162 a1 6161 03 6161 04"))
    }
  }

  @Test(
    "A key that is there twice is refused, however it is written",
    arguments: [
      ("a200010002", 3), ("a20001180002", 3), ("a2616100616101", 4),
      ("a26161007f6161ff01", 4), ("a24141005f4141ff01", 4), ("a2f93c0000fa3f80000001", 5),
      ("a2f97e0000fb7ff800000000000101", 5), ("bf00010002ff", 3),
      // Maps as keys: {1: 2, 3: 4} in two orders.
      ("a2a20102030400a20304010201", 7), ("a282010200821801180201", 5),
      ("a2f500f501", 3), ("a2c10000c1180001", 4), ("a280009fff01", 3), ("82a0a200010002", 5),
      // Fourteen keys, so that they are sorted; the last is the first again.
      ("ae00000100020003000400050006000700080009000a000b000c000000", 27),
    ])
  func refuses(_ input: String, _ offset: Int) throws {
    let error = #expect(throws: CBORError.self) { try Value(decoding: hex(input)) }
    #expect(error?.code == .duplicateKey)
    #expect(error?.offset == offset)
    let lax = DecodingLimits(allowsDuplicateKeys: true)
    #expect(try Value(decoding: hex(input), limits: lax).encoded().isEmpty == false)
  }

  @Test(
    "Keys that differ in the data model are accepted",
    arguments: [
      "a20000f9000001", "a2f9000000f9800001", "a2616100416101", "a20000f500", "a2f600f700",
      "a2810000810100", "a2c10000c60000", "a260004000",
    ])
  func accepts(_ input: String) throws {
    _ = try Value(decoding: hex(input))
  }

  @Test("Many keys with long common beginnings are told apart") func manyKeys() throws {
    let stem = String(repeating: "x", count: 40)
    let entries = (0..<500).map { Value.Entry(key: .text(stem + String($0)), value: 0) }
    let bytes = Value.map(entries).encoded()
    #expect(try Value(decoding: bytes).map?.count == 500)
    let twice = Value.map(entries + [entries[250]]).encoded()
    let error = #expect(throws: CBORError.self) { try Value(decoding: twice) }
    #expect(error?.code == .duplicateKey)
  }
}
