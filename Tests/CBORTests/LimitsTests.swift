import Testing

@testable import CBOR

@Suite struct LimitsTests {
  static let nestings: [(opening: String, closing: String)] = [
    ("81", ""), ("9f", "ff"), ("a100", ""), ("bf00", "ff"), ("c6", ""), ("81c6", ""),
  ]

  private func nested(_ opening: String, _ closing: String, _ depth: Int) -> [UInt8] {
    // One repetition of the last form nests twice.
    let repetitions = opening == "81c6" ? depth / 2 : depth
    return hex(
      String(repeating: opening, count: repetitions) + "00"
        + String(repeating: closing, count: repetitions))
  }

  @Test("As many levels as the limit are decoded, and no more", arguments: nestings)
  func depth(_ form: (opening: String, closing: String)) throws {
    let (opening, closing) = form
    _ = try Value(decoding: nested(opening, closing, 512))
    let error = #expect(throws: CBORError.self) {
      try Value(decoding: nested(opening, closing, 514))
    }
    #expect(error?.code == .depthExceeded)
    _ = try Value(decoding: nested(opening, closing, 6), limits: DecodingLimits(depth: 6))
    #expect(throws: CBORError.self) {
      try Value(decoding: nested(opening, closing, 8), limits: DecodingLimits(depth: 6))
    }
  }

  @Test("Empty containers count as a level") func emptyDepth() throws {
    for input in ["80", "a0", "9fff", "bfff"] {
      #expect(throws: CBORError.self) {
        try Value(decoding: hex(input), limits: DecodingLimits(depth: 0))
      }
    }
    #expect(try Value(decoding: hex("00"), limits: DecodingLimits(depth: 0)) == 0)
  }

  @Test(
    "A count beyond the bytes that remain is refused before anything is reserved",
    arguments: [
      "9bffffffffffffffff00", "bbffffffffffffffff0000", "9b7fffffffffffffff00",
      "bb7fffffffffffffff0000", "9a00010000", "ba0000ffff", "5b7fffffffffffffff",
      "bb8000000000000000",
    ])
  func counts(_ input: String) throws {
    let error = #expect(throws: CBORError.self) { try Value(decoding: hex(input)) }
    #expect(error?.code == .truncated)
    #expect(error?.offset == 0)
  }

  @Test(
    "More items than the limit are refused", arguments: ["83010203", "9f010203ff", "a2010203f6"])
  func items(_ input: String) throws {
    let error = #expect(throws: CBORError.self) {
      try Value(decoding: hex(input), limits: DecodingLimits(items: 3))
    }
    #expect(error?.code == .itemsExceeded)
    _ = try Value(decoding: hex(input), limits: DecodingLimits(items: 6))
  }

  @Test("Large elements are not made room for by a count alone")
  func reservations() throws {
    struct Large: Codable { var a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0 }
    // A million items of one byte each, none of which is a `Large`.
    let bytes = hex("9a000f4240") + [UInt8](repeating: 0, count: 1_000_000)
    let error = #expect(throws: CBORError.self) {
      try CBORDecoder().decode([Large].self, from: bytes)
    }
    #expect(error?.code == .typeMismatch)
    #expect(error?.offset == 5)
  }
}

@Suite("The memory of what is made of bytes") struct MemoryLimitTests {
  /// Arrays in one another, again and again: each byte is an array.
  private func nests(_ bytes: Int) -> [UInt8] {
    let nest = [UInt8](repeating: 0x81, count: 499) + [0]
    return [0x9f] + [UInt8](repeatElement(nest, count: bytes / 500).joined()) + [0xff]
  }

  private func pairs(_ bytes: Int) -> [UInt8] {
    [0x9f] + [UInt8](repeatElement([0x81, 0x00], count: bytes / 2).joined()) + [0xff]
  }

  @Test("A tree that takes more than 16 times its bytes is refused, beyond 64 MiB")
  func trees() throws {
    for bytes in [
      nests(700_000), pairs(1_100_000),
      [0x9f] + [UInt8](repeatElement([0x41, 0x00], count: 1_100_000).joined()) + [0xff],
      [0x9f] + [UInt8](repeatElement([0xc1, 0x00], count: 560_000).joined()) + [0xff],
      [0x9f] + [UInt8](repeatElement([0xa1, 0x00, 0x00], count: 480_000).joined()) + [0xff],
    ] {
      let error = #expect(throws: CBORError.self) { try Value(decoding: bytes) }
      #expect(error?.code == .itemsExceeded)
      #expect(
        error?.message == "more items than a tree of values may hold in 67108864 bytes of memory")
      #expect(error?.offset != nil)
      // Wherever in a type a value stands, and however many of them.
      let typed = #expect(throws: CBORError.self) {
        try CBORDecoder().decode(Value.self, from: bytes)
      }
      #expect(typed?.code == .itemsExceeded)
      let many = #expect(throws: CBORError.self) {
        try CBORDecoder().decode([Value].self, from: bytes)
      }
      #expect(many?.code == .itemsExceeded)
      _ = try bytes.withUnsafeBytes { try CheckedItem($0) }
    }
    // The same in fewer bytes, or for those who allow more.
    #expect(try Value(decoding: nests(590_000)).array?.count == 1180)
    #expect(
      try Value(decoding: nests(700_000), limits: DecodingLimits(expansion: 113)).array?.count
        == 1400)
    #expect(try Value(decoding: pairs(900_000)).array?.count == 450_000)
    // Scalars take 16 bytes each, whatever their number.
    let nulls = hex("9a00419ce0") + [UInt8](repeating: 0xf6, count: 4_300_000)
    #expect(try Value(decoding: nulls).array?.count == 4_300_000)
  }

  @Test("Large containers hold what small ones do", arguments: [1023, 1024, 1025, 5000])
  func largeContainers(count: Int) throws {
    let elements = (0..<count).map { Value($0) }
    let entries = elements.map { Value.Entry(key: $0, value: [$0, .text("x")]) }
    for value in [.array(elements), .map(entries), [.map(entries), .array(elements)] as Value] {
      let bytes = value.encoded()
      #expect(try Value(decoding: bytes) == value)
      // The same with a break for a length.
      if case .array = value, bytes[0] == 0x99 {
        #expect(try Value(decoding: [0x9f] + bytes[3...] + [0xff]) == value)
      }
    }
  }

  @Test("JSON and diagnostic notation make no larger trees, either")
  func otherTrees() throws {
    let json = "[" + String(repeating: "[[[0]]],", count: 200_000) + "0]"
    for error in [
      #expect(throws: CBORError.self) { try Value(json: json) },
      #expect(throws: CBORError.self) { try Value(diagnostic: json) },
    ] {
      #expect(error?.code == .itemsExceeded)
      #expect(error?.offset != nil)
    }
    try JSONInput.check(Array(json.utf8))
    let wide = DecodingLimits(expansion: 120)
    #expect(try Value(json: json, limits: wide).array?.count == 200_001)
  }

  @Test("Checking keeps no records but those of what is open, and of containers in maps")
  func records() throws {
    func most(_ bytes: [UInt8], keepsIndex: Bool = false) throws -> Int {
      let document = Document()
      try bytes.withUnsafeBytes {
        try document.read($0, limits: DecodingLimits(), keepsIndex: keepsIndex)
      }
      return document.recordCapacity
    }
    let nests = nests(100_000)
    let strings =
      [0x9f] + [UInt8](repeatElement([0x5f, 0x40, 0xff], count: 1000).joined()) + [0xff]
    let tags =
      [0x9f] + [UInt8](repeatElement([0xc1, 0xc1, 0x81, 0x00], count: 1000).joined()) + [0xff]
    #expect(try most(nests) == 512)
    for bytes in [pairs(100_000), strings, tags] {
      #expect(try most(bytes) <= 16)
      #expect(try most([0x82] + bytes + [0xa1, 0x00] + bytes) <= 16)
      // With an index each has one.
      #expect(try most(bytes, keepsIndex: true) > 1000)
    }
  }

  @Test("Checking refuses what decoding refuses, for the same reason and place", arguments: 0..<6)
  func checking(seed: UInt64) {
    var generator = SeededGenerator(seed: 77 + seed)
    var refusals = 0
    for _ in 0..<1500 {
      var bytes = Value.random(depth: 5, using: &generator).encoded()
      for _ in 0..<Int.random(in: 0...2, using: &generator) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes[place] = [0x9f, 0xbf, 0x5f, 0x7f, 0xff].randomElement(using: &generator) ?? 0
        default: bytes.insert(bytes[place], at: place)
        }
      }
      let decoding = failure { _ = try Value(decoding: bytes) }
      let checking = failure { try bytes.withUnsafeBytes { _ = try CheckedItem($0) } }
      #expect(checking == decoding, "\(hex(bytes))")
      if decoding != nil { refusals += 1 }
    }
    #expect(refusals > 300)
  }

  private func failure(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("Duplicate keys are found behind containers of every kind without an index")
  func duplicates() {
    for (text, offset) in [
      ("a2 8180 00 8180 01", 4), ("a2 01 8181 8100 01 00", nil), ("a2 01 8201 8100 01 00", 6),
      ("a3 01 c1c1 8100 02 d864 9f 80 a0 ff 01 f6", 13), ("a2 5f4101ff 00 4101 00", 6),
      ("a3 01 5f4101ff 02 7f6161ff 01 00", 11), ("82 a2 01 8100 02 8100 a2 01 80 01 80", 11),
      ("a2 a2 8100 01 8101 02 8100 a2 8101 02 8100 01 00", 10),
      ("bf 01 a1 01 8100 02 a1 01 8100 02 f6 ff", 11),
    ] as [(String, Int?)] {
      let bytes = hex(text)
      for check in [
        { _ = try Value(decoding: bytes) },
        { try bytes.withUnsafeBytes { _ = try CheckedItem($0) } },
      ] as [() throws -> Void] {
        do {
          try check()
          #expect(offset == nil, "\(text)")
        } catch let error as CBORError {
          #expect(error.code == .duplicateKey || offset == nil, "\(text): \(error)")
          #expect(error.offset == offset || offset == nil, "\(text): \(error)")
        } catch {}
      }
    }
  }

  @Test("Keys in keys are not rewritten without end")
  func keysInKeys() throws {
    func nested(_ levels: Int) -> [UInt8] {
      var key = [0x81, 0x59, 0x4e, 0x20] + [UInt8](repeating: 7, count: 20_000)
      for _ in 0..<levels { key = [0xa2] + key + [0x00, 0x01, 0x00] }
      return key
    }
    _ = try Value(decoding: nested(5))
    let error = #expect(throws: CBORError.self) { try Value(decoding: nested(100)) }
    #expect(error?.code == .itemsExceeded)
    #expect(error?.message == "keys that hold too many items to be compared")
  }

  @Test("What the system has no memory for is refused")
  func noMemory() {
    let error = #expect(throws: CBORError.self) { try TreeSize.checkMemory(Int.max / 2) }
    #expect(error?.code == .outOfMemory)
    #expect(throws: Never.self) { try TreeSize.checkMemory(1 << 20) }
    var room = Room<UInt64>(capacity: 4)
    let hasGrown = room.tryToGrow()
    let capacity = room.capacity
    #expect(hasGrown && capacity == 8)
  }

  @Test("Numbers are no trees: what is none is refused as it is")
  func numbers() throws {
    let bytes = [0xc4] + pairs(3_000_000)
    let double = #expect(throws: CBORError.self) {
      try CBORDecoder().decode(Double.self, from: bytes)
    }
    #expect(double?.code == .invalidValue)
    let large = #expect(throws: CBORError.self) {
      try CBORDecoder().decode(BigInteger.self, from: pairs(3_000_000))
    }
    #expect(large?.code == .typeMismatch)
  }
}

@Suite struct UTF8Tests {
  @Test(
    "Text that is not UTF-8 is refused",
    arguments: [
      "80", "bf", "c0", "c080", "c1bf", "c3", "c328", "e0", "e080", "e08080", "e09fbf", "eda080",
      "edbfbf", "e28261", "f0", "f08080", "f0808080", "f08fbfbf", "f4908080", "f5808080", "ff",
      "fe", "f09f98", "6161616161616161ff", "616161616161616180", "e6b0", "f0909f61",
    ])
  func invalid(_ content: String) throws {
    let length = UInt8(content.count / 2)
    let error = #expect(throws: CBORError.self) {
      try Value(decoding: [0x82, 0x00, 0x60 + length] + hex(content))
    }
    #expect(error?.code == .invalidUTF8)
    #expect(error?.offset == 2)
  }

  @Test("A character that is cut in two by chunks is refused") func splitCharacter() throws {
    let error = #expect(throws: CBORError.self) { try Value(decoding: hex("7f61c361bcff")) }
    #expect(error?.code == .invalidUTF8)
    #expect(error?.offset == 1)
    #expect(try Value(decoding: hex("7f62c3bc62c3bcff")) == "\u{fc}\u{fc}")
  }

  @Test("Every Unicode scalar is accepted, at every place in a word")
  func valid() throws {
    var scalars: [UInt32] = [0, 0x7f, 0x80, 0x7ff, 0x800, 0xfff, 0x1000, 0xcfff, 0xd000, 0xd7ff]
    scalars += [0xe000, 0xffff, 0x10000, 0x3ffff, 0x40000, 0xfffff, 0x100000, 0x10ffff]
    for code in scalars {
      let scalar = String(Character(try #require(Unicode.Scalar(code))))
      for padding in 0..<10 {
        let text = String(repeating: "a", count: padding) + scalar + "bcd"
        #expect(try Value(decoding: Value(text).encoded()) == .text(text))
      }
    }
  }
}
