extension DiagnosticScanner {
  /// Takes a string in any of its notations, and those directly behind it, which continue it
  /// (RFC 8610, appendix G.4). Nil where none starts here.
  mutating func string() throws(CBORError) -> Value? {
    let start = position
    guard case (var content, let isText)? = try singleString() else { return nil }
    skipIndicator()
    while true {
      let end = position
      try skipBlanks()
      guard let (more, _) = try singleString() else {
        position = end
        break
      }
      content += more
      skipIndicator()
    }
    guard isText else { return .bytes(content) }
    guard let text = String(validating: content, as: UTF8.self) else {
      throw failure("a text string that is not UTF-8", at: start)
    }
    return .text(text)
  }

  private mutating func singleString() throws(CBORError) -> (content: [UInt8], isText: Bool)? {
    let start = position
    if take("\"") { return (try quoted("\"", start), true) }
    if take("'") { return (try quoted("'", start), false) }
    if take(word: "h'") { return (try base16(start), false) }
    if take(word: "b64'") { return (try base64(start), false) }
    if take(word: "b32'") {
      return (try base32("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", start), false)
    }
    if take(word: "h32'") {
      return (try base32("0123456789ABCDEFGHIJKLMNOPQRSTUV", start), false)
    }
    return nil
  }

  /// Takes characters and escapes up to a quote.
  private mutating func quoted(_ quote: Unicode.Scalar, _ start: Int) throws(CBORError) -> [UInt8] {
    var content: [UInt8] = []
    while true {
      content += take { $0 != UInt8(ascii: quote) && $0 != UInt8(ascii: "\\") }
      if take(quote) { return content }
      guard take("\\") else { throw failure("a string without an end", at: start) }
      content += String(try escape()).utf8
    }
  }

  private mutating func escape() throws(CBORError) -> Unicode.Scalar {
    let start = position - 1
    guard let next else { throw failure("an escape without an end", at: start) }
    position += 1
    switch next {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "'"): return "'"
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

  /// Takes four digits, two times four for a surrogate pair, or any number in braces.
  private mutating func unicodeEscape(_ start: Int) throws(CBORError) -> Unicode.Scalar {
    var code: UInt32
    if take("{") {
      let digits = take { $0 != UInt8(ascii: "}") }
      guard digits.count <= 8, take("}"),
        let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
      else { throw failure("an escape that is no character", at: start) }
      code = value
    } else {
      code = try fourDigits(start)
      if (0xd800..<0xdc00).contains(code), take(word: "\\u") {
        let low = try fourDigits(start)
        guard (0xdc00..<0xe000).contains(low) else {
          throw failure("half of a surrogate pair", at: start)
        }
        code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
      }
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw failure("an escape that is no character", at: start)
    }
    return scalar
  }

  private mutating func fourDigits(_ start: Int) throws(CBORError) -> UInt32 {
    let digits = bytes[position...].prefix(4)
    guard digits.count == 4, digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-"),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw failure("an escape of fewer than four digits", at: start) }
    position += 4
    return value
  }

  /// The characters up to the closing quote, without white space and comments.
  private mutating func encoded(_ start: Int) throws(CBORError) -> [UInt8] {
    var content: [UInt8] = []
    while true {
      try skipBlanks()
      if take("'") { return content }
      guard let next else { throw failure("a string without an end", at: start) }
      content.append(next)
      position += 1
    }
  }

  private mutating func base16(_ start: Int) throws(CBORError) -> [UInt8] {
    let digits = try encoded(start)
    var bytes: [UInt8] = []
    var high: UInt8?
    for digit in digits {
      guard digit < 0x80, let value = Character(Unicode.Scalar(digit)).hexDigitValue else {
        throw failure("a byte string with something other than hexadecimal digits", at: start)
      }
      if let first = high {
        bytes.append(first << 4 | UInt8(value))
        high = nil
      } else {
        high = UInt8(value)
      }
    }
    guard high == nil else {
      throw failure("a byte string with an odd number of digits", at: start)
    }
    return bytes
  }

  private mutating func base32(_ alphabet: String, _ start: Int) throws(CBORError) -> [UInt8] {
    try grouped(encoded(start), bits: 5, Array(alphabet.utf8), start)
  }

  /// Both alphabets of base 64, with or without padding.
  private mutating func base64(_ start: Int) throws(CBORError) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var digits: [UInt8] = []
    // A slash is a digit here, so comments are not looked for.
    for character in take(while: { $0 != UInt8(ascii: "'") }) {
      switch character {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): continue
      case UInt8(ascii: "-"): digits.append(UInt8(ascii: "+"))
      case UInt8(ascii: "_"): digits.append(UInt8(ascii: "/"))
      default: digits.append(character)
      }
    }
    guard take("'") else { throw failure("a string without an end", at: start) }
    return try grouped(digits, bits: 6, alphabet, start)
  }

  /// Joins digits of a few bits each to bytes.
  private func grouped(
    _ digits: [UInt8], bits: Int, _ alphabet: [UInt8], _ start: Int
  ) throws(CBORError) -> [UInt8] {
    var bytes: [UInt8] = []
    var pending = 0
    var held = 0
    var end = digits.count
    while end > 0, digits[end - 1] == UInt8(ascii: "=") { end -= 1 }
    for digit in digits[..<end] {
      guard let value = alphabet.firstIndex(of: digit) else {
        throw failure("a byte string with a character outside of its alphabet", at: start)
      }
      pending = pending << bits | value
      held += bits
      if held >= 8 {
        held -= 8
        bytes.append(UInt8(truncatingIfNeeded: pending >> held))
        pending &= (1 << held) - 1
      }
    }
    guard held < bits, pending == 0 else {
      throw failure("a byte string that ends inside a byte", at: start)
    }
    return bytes
  }
}
