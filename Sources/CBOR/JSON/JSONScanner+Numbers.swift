extension JSONScanner {
  /// More digits than these are refused, since converting them takes quadratic time.
  static let mostDigits = DecimalNumber.mostDigits

  /// Takes a number: digits alone are an integer of any size, a fraction or an exponent makes it
  /// a float (RFC 8949, section 6.2), or what is exact where no float holds it.
  ///
  /// - Throws: `syntax`; `outOfRange` for one that is too long.
  mutating func number() throws(CBORError) -> Value {
    let start = position
    let isNegative = take("-")
    let digits = position
    var small: UInt64 = 0
    while let digit = digit(at: position) {
      // What overflows is longer than what is taken for small.
      small = small &* 10 &+ UInt64(digit)
      position &+= 1
    }
    let count = position - digits
    guard count > 0 else { throw unexpected("a digit") }
    guard count == 1 || bytes[digits] != UInt8(ascii: "0") else {
      throw failure("a number that begins with 0", at: start)
    }
    if next == UInt8(ascii: ".") || next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      return try float(from: start)
    }
    if count <= 18 {
      return isNegative && small > 0 ? .negative(small - 1) : .unsigned(small)
    }
    guard position - start <= Self.mostDigits + 1 else { throw tooLong(start) }
    guard
      let value = BigInteger(
        isNegative: isNegative, digits: bytes[digits..<position], radix: 10)
    else { throw failure("a number without digits", at: start) }
    return Value(value)
  }

  private mutating func float(from start: Int) throws(CBORError) -> Value {
    var others = 0
    if take(".") {
      try takeDigits()
      others = 1
    }
    if bytes[start] == UInt8(ascii: "-") { others += 1 }
    guard position - start - others <= Self.mostDigits else { throw tooLong(start) }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      position &+= 1
      if !take("-") { _ = take("+") }
      try takeDigits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    let float = Double(text)
    let length = position - start
    // With its point or exponent it has at most 15 digits, which a float holds; what is shorter yet
    // has no exponent that is too small for one.
    if length <= 16, let float, float.isNormal || float == 0 && length <= 5 {
      return .float(float)
    }
    if let float, isPlain(float, from: start) || text == float.description {
      return .float(float)
    }
    guard let number = DecimalNumber(bytes[start..<position]) else {
      throw CBORError(.outOfRange, "a number whose exponent is beyond 10^18", offset: start)
    }
    if let float, number.isHeld(by: float) { return .float(float) }
    return number.value
  }

  /// Whether a number of up to 17 digits, and without an exponent, is what a float prints: nearly all
  /// longer numbers that programs write are.
  private func isPlain(_ float: Double, from start: Int) -> Bool {
    var (mantissa, digits, fraction): (UInt64, Int, Int) = (0, 0, 0)
    var isBehindPoint = false
    for byte in bytes[start..<position] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        mantissa = mantissa &* 10 &+ UInt64(byte &- UInt8(ascii: "0"))
        if mantissa > 0 { digits &+= 1 }
        if isBehindPoint { fraction &+= 1 }
      case UInt8(ascii: "."): isBehindPoint = true
      case UInt8(ascii: "-"): break
      default: return false
      }
      guard digits <= 17 else { return false }
    }
    return float.isNormal && DecimalNumber.isHalfAStep(float.magnitude, from: mantissa, -fraction)
  }

  private mutating func takeDigits() throws(CBORError) {
    guard digit(at: position) != nil else { throw unexpected("a digit") }
    while digit(at: position) != nil { position &+= 1 }
  }

  private func digit(at index: Int) -> UInt8? {
    guard index < bytes.count else { return nil }
    let digit = bytes[index] &- UInt8(ascii: "0")
    return digit < 10 ? digit : nil
  }

  private func tooLong(_ start: Int) -> CBORError {
    CBORError(.outOfRange, "a number of more than \(Self.mostDigits) digits", offset: start)
  }
}
