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
    let end = position
    if take("p") || take("P") { takeExponent() }
    let value = try finite(from: start)
    // Neither bits behind its last one nor all of them were cut off.
    guard
      value == 0
        ? bits(bytes[digits..<end]) == 0
        : value.significandWidth + 1 == bits(bytes[digits..<end])
    else { throw inexact(start, "fewer bits") }
    skipIndicator()
    return .float(value)
  }

  private mutating func takeExponent() {
    if !take("-") { _ = take("+") }
    _ = take(while: isDigit)
  }

  private mutating func float(from start: Int) throws(CBORError) -> Value {
    let value = try finite(from: start)
    guard DecimalNumber(bytes[start..<position])?.isHeld(by: value) ?? false else {
      throw inexact(start, "a decimal fraction, 4([exponent, digits])")
    }
    skipIndicator()
    return .float(value)
  }

  private func finite(from start: Int) throws(CBORError) -> Double {
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = Double(text), value.isFinite else {
      throw failure("\(text) is not a float", at: start)
    }
    return value
  }

  private func inexact(_ start: Int, _ remedy: String) -> CBORError {
    let text = String(decoding: bytes[start..<position].prefix(80), as: UTF8.self)
    return failure("no float of 64 bits holds \(text); write \(remedy)", at: start)
  }

  /// How many bits lie between the first and the last one that is set, these included; 0 where
  /// there is none.
  private func bits(_ digits: ArraySlice<UInt8>) -> Int {
    var (count, first, last) = (0, Int?.none, 0)
    for digit in digits {
      guard let value = Character(Unicode.Scalar(digit)).hexDigitValue else { continue }
      if value != 0 {
        first = first ?? count + value.leadingZeroBitCount - (Int.bitWidth - 4)
        last = count + 3 - value.trailingZeroBitCount
      }
      count += 4
    }
    return first.map { last - $0 + 1 } ?? 0
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
