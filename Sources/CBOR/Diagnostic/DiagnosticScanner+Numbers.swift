extension DiagnosticScanner {
  /// More digits than these are refused, since converting them takes quadratic time.
  private static let mostDigits = 4300

  /// Takes a number: decimal, hexadecimal, octal or binary, integer or float.
  mutating func number() throws(CBORError) -> Value {
    let start = position
    let isNegative = take("-")
    if !isNegative { _ = take("+") }
    if take(word: "Infinity") { return .float(isNegative ? -.infinity : .infinity) }
    if take("0") {
      if take("x") || take("X") { return try hexadecimal(isNegative, start) }
      if take("o") || take("O") { return try integer(isNegative, 8, start) }
      if take("b") || take("B") { return try integer(isNegative, 2, start) }
      position -= 1
    }
    let whole = position
    _ = take(while: isDigit)
    guard position > whole else { throw failure("expected a number, found \(found)", at: start) }
    guard next == UInt8(ascii: ".") || next == UInt8(ascii: "e") || next == UInt8(ascii: "E")
    else {
      position = whole
      return try integer(isNegative, 10, start)
    }
    if take(".") { _ = take(while: isDigit) }
    if take("e") || take("E") { takeExponent() }
    return try float(from: start)
  }

  private mutating func hexadecimal(_ isNegative: Bool, _ start: Int) throws(CBORError) -> Value {
    let digits = position
    _ = take(while: isHexDigit)
    guard next == UInt8(ascii: ".") || next == UInt8(ascii: "p") || next == UInt8(ascii: "P")
    else {
      position = digits
      return try integer(isNegative, 16, start)
    }
    if take(".") { _ = take(while: isHexDigit) }
    if take("p") || take("P") { takeExponent() }
    return try float(from: start)
  }

  private mutating func takeExponent() {
    if !take("-") { _ = take("+") }
    _ = take(while: isDigit)
  }

  private mutating func float(from start: Int) throws(CBORError) -> Value {
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = Double(text), value.isFinite else {
      throw failure("\(text) is not a float", at: start)
    }
    skipIndicator()
    return .float(value)
  }

  private mutating func integer(
    _ isNegative: Bool, _ radix: UInt32, _ start: Int
  ) throws(CBORError) -> Value {
    let digits = take(while: isHexDigit)
    guard digits.count <= Self.mostDigits else {
      throw failure("an integer of more than \(Self.mostDigits) digits", at: start)
    }
    guard let value = BigInteger(isNegative: isNegative, digits: digits, radix: radix) else {
      throw failure("expected digits of base \(radix)", at: start)
    }
    skipIndicator()
    return Value(value)
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private func isHexDigit(_ byte: UInt8) -> Bool {
    Character(Unicode.Scalar(byte)).isHexDigit && byte < 0x80
  }
}
