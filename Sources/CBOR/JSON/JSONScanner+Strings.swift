extension JSONScanner {
  /// Takes a string, from its opening quote on.
  ///
  /// - Throws: `syntax` for what may not stand in a string, half of a surrogate pair included;
  ///   `invalidUTF8`.
  mutating func string() throws(CBORError) -> String {
    let start = position
    position += 1
    skipPlain()
    if next == UInt8(ascii: "\"") {
      defer { position += 1 }
      return try text(bytes[(start + 1)..<position], start)
    }
    var content = Array(bytes[(start + 1)..<position])
    while true {
      switch next {
      case UInt8(ascii: "\""):
        position += 1
        return try text(content[...], start)
      case UInt8(ascii: "\\"):
        content += String(try escape()).utf8
      case nil: throw failure("a string without an end", at: start)
      case let control?:
        let digits = String(control, radix: 16)
        throw failure(
          "a control character in a string: write \\u00\(control < 16 ? "0" : "")\(digits)")
      }
      let run = position
      skipPlain()
      content += bytes[run..<position]
    }
  }

  /// Passes what stands for itself: all but quotes, backslashes and controls.
  private mutating func skipPlain() {
    while position < bytes.count {
      let byte = bytes[position]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
      position &+= 1
    }
  }

  private func text(_ content: ArraySlice<UInt8>, _ start: Int) throws(CBORError) -> String {
    guard let text = String(validating: content, as: UTF8.self) else {
      throw CBORError(.invalidUTF8, "a string that is not UTF-8", offset: start)
    }
    return text
  }

  private mutating func escape() throws(CBORError) -> Unicode.Scalar {
    let start = position
    position += 1
    guard let next else { throw failure("an escape without an end", at: start) }
    position += 1
    switch next {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape(start)
    default: throw failure("an unknown escape", at: start)
    }
  }

  /// Takes four digits, or two times four for a surrogate pair.
  private mutating func unicodeEscape(_ start: Int) throws(CBORError) -> Unicode.Scalar {
    let code = try fourDigits(start)
    if let scalar = Unicode.Scalar(code) { return scalar }
    guard code < 0xdc00, take("\\"), take("u") else {
      throw failure("half of a surrogate pair", at: start)
    }
    let low = try fourDigits(start)
    guard (0xdc00..<0xe000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (code - 0xd800) << 10 + (low - 0xdc00))
    else { throw failure("half of a surrogate pair", at: start) }
    return scalar
  }

  private mutating func fourDigits(_ start: Int) throws(CBORError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let next, next < 0x80,
        let digit = Character(Unicode.Scalar(next)).hexDigitValue
      else { throw failure("an escape of fewer than four digits", at: start) }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
