import Testing

@testable import CBOR

/// What is printed of bytes, next to what was printed of a tree of their values.
@Suite("Text of bytes, without a tree of values") struct PrinterTests {
  static let lax = DecodingLimits(allowsDuplicateKeys: true)

  private func compare(_ bytes: [UInt8], _ place: SourceLocation = #_sourceLocation) throws {
    let value = try Value(decoding: bytes, limits: Self.lax)
    let json = value.treeJSON
    let (diagnostic, text, losses, lossCount) = try printed(bytes)
    #expect(diagnostic == value.treeDiagnostic, sourceLocation: place)
    #expect(text == json.text, sourceLocation: place)
    #expect(losses == json.losses, sourceLocation: place)
    #expect(lossCount == json.lossCount, sourceLocation: place)
    // The tree's own are the same text.
    #expect(value.diagnosticNotation == diagnostic, sourceLocation: place)
    #expect(value.json() == json, sourceLocation: place)
  }

  private func printed(
    _ bytes: [UInt8]
  ) throws -> (diagnostic: String, json: String, losses: [JSONLoss], lossCount: Int) {
    try bytes.withUnsafeBytes { bytes in
      let item = try CheckedItem(bytes, limits: Self.lax)
      let (diagnostic, json) = (Pieces(), Pieces())
      try item.printDiagnostic(to: diagnostic.take)
      let account = try item.printJSON(to: json.take)
      return (diagnostic.text, json.text, account.losses, account.lossCount)
    }
  }

  @Test("The examples of RFC 8949 are printed as a tree of them was", arguments: appendixA)
  func examples(_ example: Example) throws {
    try compare(hex(example.bytes))
    try compare([0x9f] + hex(example.bytes) + [0xff])
    try compare([0x82] + hex(example.bytes) + hex(example.bytes))
    try compare([0xd8, 0x20] + hex(example.bytes))
    // As a key, alone, twice, and beside another.
    try compare([0xa1] + hex(example.bytes) + [0x80])
    try compare([0xbf] + hex(example.bytes) + [0xa0] + hex(example.bytes) + [0xf6, 0xff])
    try compare([0xa2] + hex(example.bytes) + [0x01] + hex("6131") + hex(example.bytes))
  }

  static let cases = [
    // Bignums: too short, with a zero in front, whole, in chunks, over text, as keys.
    "c240", "c24100", "c2490001020304050607ff", "c24900ffffffffffffffff",
    "c35f4401020304460506070809ff0a",
    "c25f45010203040545060708090aff", "c25fff", "c26161", "c2c2490100000000000000aa",
    "a2c24901000000000000000001c34901000000000000000002", "a1c24161f6", "a1c26161f6",
    "82c25903e8" + String(repeating: "ab", count: 1000) + "00",
    "c2590401" + String(repeating: "ab", count: 1025),
    "c35906fb" + String(repeating: "01", count: 1787),
    "c25906fa" + String(repeating: "ff", count: 1786),
    "c25f5906fb" + String(repeating: "01", count: 1787) + "4102ff",
    // Decimal fractions and what is none.
    "c48221196ab3", "c49f21196ab3ff", "c4822120", "c4820005", "c4820305",
    "c4823834c249010000000000000000",
    "c48221c25f4901000000000000000040ff", "c483010203", "c48101", "c401",
    "c482fb3ff19999999999991901",
    "c482011b0123456789abcdef", "c4821b0de0b6b3a764000101", "c48281018101", "c49fff",
    "c48239018f20",
    // Durations.
    "d903eaa101196400", "d903eaa2010525190fa0", "d903eaa2010525f5", "d903eaa201052801",
    "d903eaa225010105",
    "d903eaa201050106", "d903eaa3010525012801", "d903eabf010525190fa0ff", "d903eabf0105ff",
    "d903eabfff",
    "d903eaa1041864", "d903eaa10180", "d903ea80", "d903eaa2010523190fa0",
    // UUIDs, dates, URIs, with and without what they need.
    "d82550000102030405060708090a0b0c0d0e0f", "d8255f4800010203040506074808090a0b0c0d0e0fff",
    "d8254100", "d82560", "d820616a", "d8207f616a616bff", "d82001", "c061ff", "c06161",
    "d903ec6161",
    "d9d9f7d9d9f780", "d9010280", "c1fb41d452d9e07fffff",
    // Expected conversions, over bytes in chunks and in containers.
    "d5824101d643fbff00", "d7a1416101", "d75f4101420203ff", "d65f41fb41ff43000102ff", "d5f6",
    "5f41014102ff",
    "d65f41fb41ff41004101ff", "5fff", "7fff", "a17f6161ff01", "a27f6161ff0161626162",
    "a27f6161ff01616102",
    // Typed arrays.
    "d84043010203", "d8405f41014102ff", "d841420102", "d8414101", "d8435f4401020304440506070800ff",
    "d8505f413c4100ff", "d8564800000000000ff83f", "d84c420102", "d85340", "d840f6", "d84940",
    "d85248fff0000000000000",
    // Arrays of more dimensions: of each order, of scalars of every width, in chunks, empty, wrong.
    "d828828202038601190102 1a000100001b0000000100000000f93c00fa3fc00000",
    "d90410828202038601190102 1a000100001b0000000100000000f93c00fa3fc00000",
    "d9041082820203d84046010203040506", "d828829f0202ff9f01f5f42038ffff", "d8289f820201820102ff",
    "d8289f820201ff", "d8289fff", "d8289f82020182010203ff", "d828828101d8405f410aff", "d828818101",
    "d82883810101f6", "d82882810182f5", "d8288281018161", "d82882810081f6", "d828828080",
    "d82882810080",
    "d8288282000180", "d828828220018101", "d828828201611801", "d8288281028101", "d8288281018180",
    "d82882811bffffffffffffffff80", "d828828201018101", "d828a0", "d82801",
    "d828829821" + String(repeating: "01", count: 33) + "8107",
    "d828829820" + String(repeating: "01", count: 32) + "8107",
    // Floats that JSON has no number for, simple values, names that meet.
    "84f97e00f97c00f9fc00fb7ff0000000000001", "86e0f3f820f8fff6f7", "a201016131f6",
    "a2f9000001f9800002",
    "a2f5016474727565 02", "a3010120026161 a10203", "bf01016131f6f9 3c00 01ff",
    "a2810161 5b31 5d02",
    "a141fb01", "a25f41fb41ffff0142fbff02", "a2a10102 03a20102030405",
    // Empty and indefinite containers in one another.
    "9f9f9fffffff", "bf01bfff02a0 03809f80ff04ff", "c1c1c180", "d8649fff", "82 9fff bfff",
  ]

  @Test("So is whatever JSON and the notation treat in a way of its own", arguments: cases)
  func special(_ text: String) throws {
    let bytes = hex(text)
    guard (try? Value(decoding: bytes, limits: Self.lax)) != nil else { return }
    try compare(bytes)
    try compare([0x82] + bytes + [0x07])
    try compare([0xa2, 0x61, 0x61] + bytes + bytes + [0xf6])
    try compare([0xd6, 0x9f] + bytes + [0xff])
  }

  @Test("Most of these cases are CBOR") func casesAreCBOR() {
    let good = Self.cases.count { (try? Value(decoding: hex($0), limits: Self.lax)) != nil }
    #expect(good >= Self.cases.count - 8)
  }

  @Test("So are values of every kind, however they are encoded", arguments: 0..<8)
  func random(seed: UInt64) throws {
    var generator = SeededGenerator(seed: 1000 + seed)
    for _ in 0..<300 {
      let narrow = Bool.random(using: &generator)
      let value = Value.random(
        depth: 4, tags: narrow ? 0...300 : 0...UInt64.max, using: &generator)
      try compare(value.encoded())
      try compare(value.encodedAnyhow(using: &generator))
      for tag in [2, 3, 4, 22, 37, 40, 64, 85, 1002, 1004, 1040] as [UInt64] {
        try compare(Value.tagged(tag, value).encodedAnyhow(using: &generator))
      }
    }
  }

  @Test("Bytes that are not checked CBOR are refused before any of them is printed")
  func refusals() {
    for (text, code) in [
      ("8201", .truncated), ("a201010102", .duplicateKey), ("61ff", .invalidUTF8),
      ("0000", .trailingBytes), ("", .truncated), ("1c", .malformed),
    ] as [(String, CBORError.Code)] {
      let bytes = hex(text)
      let error = #expect(throws: CBORError.self) {
        try bytes.withUnsafeBytes { _ = try CheckedItem($0) }
      }
      #expect(error?.code == code)
    }
  }

  @Test("The text comes in pieces, and none is asked for after one that could not be taken")
  func pieces() throws {
    struct Full: Error {}
    let array = Value.array(Array(repeating: .text("\u{6c34}\u{7f}"), count: 100_000)).encoded()
    let string = Value.bytes(Array(repeating: 7, count: 1 << 20)).encoded()
    let text = Value.text(String(repeating: "x", count: 1 << 20)).encoded()
    for bytes in [array, string, text] {
      try bytes.withUnsafeBytes { bytes in
        let item = try CheckedItem(bytes)
        let (pieces, account) = (Pieces(), Pieces())
        try item.printDiagnostic(to: pieces.take)
        _ = try item.printJSON(to: account.take)
        for pieces in [pieces, account] {
          #expect(pieces.sizes.count > 8)
          #expect(pieces.sizes.allSatisfy { $0 < 4 * TextOutput.pieceSize })
        }
        var calls = 0
        #expect(throws: Full.self) {
          try item.printDiagnostic { _ in
            calls += 1
            throw Full()
          }
        }
        #expect(throws: Full.self) {
          _ = try item.printJSON { _ in
            calls += 1
            throw Full()
          }
        }
        #expect(calls == 2)
      }
    }
  }

  @Test("Values that no bytes stand for are still described")
  func reserved() {
    #expect(Value.simple(24).description == "simple(24)")
    #expect(Value.array([.simple(20), .simple(31)]).json().text == "[null,null]")
  }
}

/// Gathers pieces of text.
final class Pieces {
  private(set) var bytes: [UInt8] = []
  private(set) var sizes: [Int] = []

  func take(_ piece: UnsafeRawBufferPointer) {
    bytes += piece
    sizes.append(piece.count)
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }
}

@Suite("Characters that no output shows as they are") struct DangerousScalarTests {
  @Test("They are Unicode's controls, format characters and separators")
  func definition() {
    var wrong: [UInt32] = []
    for code in 0...0x10ffff as ClosedRange<UInt32> {
      guard let scalar = Unicode.Scalar(code) else { continue }
      let isDangerous = DangerousScalars.contains(scalar)
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        if !isDangerous { wrong.append(code) }
      // Some code points that have no character yet are set aside for such ones.
      case .unassigned: break
      default: if isDangerous { wrong.append(code) }
      }
      let bytes = Array("a\(scalar)b".utf8)
      let found = bytes.withUnsafeBytes { DangerousScalars.scalar(in: $0, at: 1) }
      if found?.scalar != (isDangerous ? scalar : nil) { wrong.append(code) }
      if let found, found.length != bytes.count - 2 { wrong.append(code) }
    }
    #expect(wrong == [])
  }

  @Test("Both notations escape them, in text and in names, and read back as they were")
  func escaped() throws {
    let text = "a\u{7f}\u{85}\u{200f}\u{202e}\u{2066}\u{2028}\u{feff}\u{e0041}\u{6c34}"
    let value: Value = [.text(text), .map([Value.Entry(key: .text(text), value: .null)])]
    #expect(
      value[0]?.diagnosticNotation
        == #""a\u007f\u0085\u200f\u202e\u2066\u2028\ufeff\udb40\udc41"# + "\u{6c34}\"")
    #expect(
      value.json().text.hasPrefix(
        #"["a\u007F\u0085\u200F\u202E\u2066\u2028\uFEFF\uDB40\uDC41"# + "\u{6c34}\",{\"a\\u007F"))
    for text in [value.diagnosticNotation, value.json().text] {
      #expect(!DangerousScalars.isIn(text))
    }
    #expect(try Value(diagnostic: value.diagnosticNotation) == value)
    #expect(try Value(json: value.json().text) == value)
  }
}

@Suite("JSON that is shown") struct JSONInputTests {
  static let texts = [
    "null", " [1, 2.50,\n null ] ", #"{"b": [1, {"a": []}], "c": {}}"#, "1e400", "-0.0", "1E5",
    "12345678901234567890123", #""\u00e9\ud83d\ude00\n""#, "[[[[]]]]", "\r\n{\r\n}\t",
    #"{"a":1,"a":2}"#, "[1,]", "[1 2]", "{1:2}", "", "nul", "[", "\"\u{1}\"", "1 2", "\"\\ud800\"",
  ]

  @Test("It is checked and printed as its value would be, without one", arguments: texts)
  func same(_ text: String) throws {
    let bytes = Array(text.utf8)
    let value = Result { try Value(json: text) }
    let check = Result { try JSONInput.check(bytes) }
    let pieces = Pieces()
    let diagnostic = Result { try JSONInput.printDiagnostic(bytes, to: pieces.take) }
    switch value {
    case .success(let value):
      try check.get()
      try diagnostic.get()
      #expect(pieces.text == value.diagnosticNotation)
    case .failure(let error):
      for other in [check, diagnostic] {
        let own = #expect(throws: CBORError.self) { try other.get() }
        #expect(own?.description == "\(error)")
      }
      #expect(pieces.bytes.isEmpty)
    }
  }

  @Test("Random values as JSON are, too", arguments: 0..<3)
  func random(seed: UInt64) throws {
    var generator = SeededGenerator(seed: 500 + seed)
    for _ in 0..<300 {
      let text = Value.random(tags: 0...70, using: &generator).json().text
      let limits = DecodingLimits(allowsDuplicateKeys: true)
      let pieces = Pieces()
      try JSONInput.printDiagnostic(Array(text.utf8), limits: limits, to: pieces.take)
      #expect(pieces.text == (try Value(json: text, limits: limits)).diagnosticNotation)
    }
  }

  @Test("A line keeps the text but for its line breaks and what a terminal would obey")
  func lines() throws {
    let text =
      "{\r\n \"a\u{7f}\u{9b}\u{202e}\u{6c34}\\\\\": [1.50,\t\"\u{e0001}\\\"\u{2028}\"]}\n"
    let pieces = Pieces()
    try Array(text.utf8).withUnsafeBytes { try JSONInput.printLine($0, to: pieces.take) }
    #expect(
      pieces.text
        == #"{   "a\u007F\u009B\u202E"# + "\u{6c34}" + #"\\": [1.50,"# + "\t"
        + #""\uDB40\uDC01\"\u2028"]} "#)
    #expect(try Value(json: pieces.text) == Value(json: text))
  }
}

extension Value {
  fileprivate subscript(index: Int) -> Value? { array?[index] }

  /// The value's bytes with heads of any width, and any containers and strings in pieces.
  fileprivate func encodedAnyhow(using generator: inout SeededGenerator) -> [UInt8] {
    let isIndefinite = Int.random(in: 0..<3, using: &generator) == 0
    func head(_ major: UInt8, _ argument: UInt64) -> [UInt8] {
      let smallest =
        argument < 24
        ? 0
        : argument < 256
          ? 1
          : argument < 65536
            ? 2
            : argument <= UInt64(UInt32.max) ? 3 : 4
      let width = Int.random(in: smallest...4, using: &generator)
      if width == 0 { return [major << 5 | UInt8(argument)] }
      let size = 1 << (width - 1)
      return [major << 5 | UInt8(23 + width)]
        + (0..<size).reversed().map { UInt8(truncatingIfNeeded: argument >> UInt64(8 * $0)) }
    }
    func string(_ major: UInt8, _ chunks: [[UInt8]]) -> [UInt8] {
      guard isIndefinite else {
        let content = chunks.flatMap(\.self)
        return head(major, UInt64(content.count)) + content
      }
      return [major << 5 | 31] + chunks.flatMap { head(major, UInt64($0.count)) + $0 } + [0xff]
    }
    switch self {
    case .unsigned(let value): return head(0, value)
    case .negative(let value): return head(1, value)
    case .bytes(let bytes):
      let cut = Int.random(in: 0...bytes.count, using: &generator)
      return string(2, [Array(bytes[..<cut]), Array(bytes[cut...])])
    case .text(let text): return string(3, text.map { Array(String($0).utf8) })
    case .array(let elements):
      let content = elements.flatMap { $0.encodedAnyhow(using: &generator) }
      return isIndefinite ? [0x9f] + content + [0xff] : head(4, UInt64(elements.count)) + content
    case .map(let entries):
      let content = entries.flatMap { entry in
        entry.key.encodedAnyhow(using: &generator) + entry.value.encodedAnyhow(using: &generator)
      }
      return isIndefinite ? [0xbf] + content + [0xff] : head(5, UInt64(entries.count)) + content
    case .tagged(let tagged):
      return head(6, tagged.tag) + tagged.content.encodedAnyhow(using: &generator)
    case .float(let value) where Bool.random(using: &generator):
      return [0xfb]
        + (0..<8).reversed().map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    default: return encoded()
    }
  }
}
