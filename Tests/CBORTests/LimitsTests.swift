import CBOR
import Testing

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
