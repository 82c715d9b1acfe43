extension JSONPrinter {
  /// Integers up to this one are exact in every reader of JSON (RFC 7493, section 2.2).
  static let largestExact: UInt64 = 1 << 53 - 1

  /// Writes anything that is no container and no bytes.
  ///
  /// - Parameter indices: What leads to it from the place that is being written.
  mutating func append(scalar value: Value, _ indices: [Int] = []) {
    switch value {
    case .unsigned(let number):
      if number > Self.largestExact { losePrecision(indices) }
      append(digits: String(number))
    case .negative(let number):
      if number >= Self.largestExact { losePrecision(indices) }
      append(digits: String(-1 - Int128(number)))
    case .text(let text): append(quoted: text)
    case .boolean(let flag): append(flag ? "true" : "false")
    case .float(let number):
      guard number.isFinite else {
        lose(.nonFinite, "\(value) became null", indices)
        return append("null")
      }
      append(digits: number.description)
    case .undefined, .simple:
      lose(.simple, "\(value) became null", indices)
      append("null")
    case .null, .bytes, .array, .map, .tagged: append("null")
    }
  }

  mutating func losePrecision(_ indices: [Int] = []) {
    lose(.precision, "an integer beyond 2^53, which most readers round", indices)
  }

  mutating func append(digits: String) { text.append(contentsOf: digits.utf8) }

  mutating func append(_ bytes: [UInt8], _ byteText: ByteText) {
    append("\"")
    byteText.append(bytes, to: &text)
    append("\"")
  }

  /// Writes a string (RFC 8259, section 7). Escaped are what must be, the other controls, and the
  /// separators that some programs take for the end of a line.
  mutating func append(quoted string: String) {
    var string = string
    append("\"")
    string.withUTF8 { bytes in
      var start = 0
      var index = 0
      while index < bytes.count {
        let length = escapedLength(bytes, index)
        guard length > 0 else {
          index += 1
          continue
        }
        text.append(contentsOf: bytes[start..<index])
        append(escape: bytes[index..<(index + length)])
        index += length
        start = index
      }
      text.append(contentsOf: bytes[start...])
    }
    append("\"")
  }

  /// How many of the bytes from here on are a character to escape; 0 for one that is not.
  private func escapedLength(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
    switch bytes[index] {
    case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x7f: 1
    // U+0080 to U+009F.
    case 0xc2 where index + 1 < bytes.count && bytes[index + 1] < 0xa0: 2
    // U+2028 and U+2029.
    case 0xe2
    where index + 2 < bytes.count && bytes[index + 1] == 0x80 && bytes[index + 2] & 0xfe == 0xa8:
      3
    default: 0
    }
  }

  private mutating func append(escape character: Slice<UnsafeBufferPointer<UInt8>>) {
    switch character.first {
    case UInt8(ascii: "\""): append("\\\"")
    case UInt8(ascii: "\\"): append("\\\\")
    case 0x08: append("\\b")
    case 0x09: append("\\t")
    case 0x0a: append("\\n")
    case 0x0c: append("\\f")
    case 0x0d: append("\\r")
    case 0xe2: append(character.last == 0xa8 ? "\\u2028" : "\\u2029")
    default:
      // Up to U+009F a character's last byte is its number.
      append("\\u00")
      ByteText.base16.append(CollectionOfOne(character.last ?? 0), to: &text)
    }
  }
}
