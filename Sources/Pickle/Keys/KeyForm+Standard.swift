internal import CBOR

/// Classes of the standard library, whose numbers are equal across classes: `Decimal("0.5")`, `0.5`
/// and `Fraction(1, 2)` are one key, and so are times that are the same instant.
extension KeyForm {
  init?(standard tagged: Value.Tagged) {
    guard let call = StandardCall(tagged) else { return nil }
    switch call {
    case .decimal(let number): self.init(decimal: number)
    case .fraction(let numerator, let denominator):
      self.init(numerator: numerator, denominator: denominator)
    case .complex(let real, let imaginary):
      if real.isNaN || imaginary.isNaN {
        self = .nan
      } else if imaginary == 0 {
        self.init(float: real)
      } else {
        // 0.0 and -0.0 are equal.
        let parts = [Value.float(real + 0), .float(imaginary + 0)]
        self = .standard(tagged.tag, parts.flatMap { $0.encoded() })
      }
    case .dateTime:
      guard let instant = tagged.content.text.flatMap({ CivilTime($0)?.instant }) else {
        return nil
      }
      self = .standard(tagged.tag, Value(instant).encoded())
    case .date(let day): self = .standard(tagged.tag, day.bytes)
    case .timeDelta(let span): self = .standard(tagged.tag, span.value.encoded())
    case .uuid(let bytes): self = .standard(tagged.tag, bytes)
    }
  }

  /// Integers up to so many digits are compared with those of other classes.
  private static let mostDigits = 400
  /// The largest power of five that 64 bits hold.
  private static let largestPower = 27

  private init(decimal number: DecimalNumber) {
    let zeros = number.digits.reversed().prefix { $0 == UInt8(ascii: "0") }.count
    let digits = number.digits.dropLast(zeros)
    let exponent = digits.isEmpty ? 0 : number.exponent + zeros
    let sign = number.isNegative && !digits.isEmpty ? "-" : ""
    let text = sign + (digits.isEmpty ? "0" : String(decoding: digits, as: UTF8.self))
    if exponent >= 0, digits.count + exponent <= Self.mostDigits,
      let integer = BigInteger(text + String(repeating: "0", count: exponent))
    {
      self.init(integer: integer)
    } else if let float = Self.float(digits, exponent) {
      self.init(float: number.isNegative ? -float : float)
    } else {
      self = .standard(4, Array("\(text)E\(exponent)".utf8))
    }
  }

  private init(integer: BigInteger) {
    switch Value(integer) {
    case .unsigned(let value): self = .unsigned(value)
    case .negative(let value): self = .negative(value)
    default: self = .large(integer)
    }
  }

  /// The float that a decimal fraction of few digits is, if it is one.
  private static func float(_ digits: ArraySlice<UInt8>, _ exponent: Int) -> Double? {
    guard (-largestPower..<0).contains(exponent), digits.count <= 19,
      let mantissa = UInt64(String(decoding: digits, as: UTF8.self))
    else { return nil }
    let fives = (0..<(-exponent)).reduce(UInt64(1)) { power, _ in power * 5 }
    let (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: fives)
    guard remainder == 0, let float = Double(exactly: quotient) else { return nil }
    return float.scaled(by: exponent)
  }

  private init(numerator: BigInteger, denominator: BigInteger) {
    if denominator.magnitude == [1] {
      self.init(integer: numerator)
      return
    }
    // As a decimal fraction, where two and five are all that the denominator is made of.
    if let number = numerator.int128, var divisor = denominator.int128 {
      var (scaled, exponent) = (number, 0)
      for (prime, factor) in [(10, 1), (5, 2), (2, 5)] as [(Int128, Int128)] {
        while divisor.isMultiple(of: prime) {
          let (product, overflow) = scaled.multipliedReportingOverflow(by: factor)
          if overflow { break }
          scaled = product
          divisor /= prime
          exponent -= 1
        }
      }
      if divisor == 1, let decimal = DecimalNumber("\(scaled)e\(exponent)".utf8) {
        self.init(decimal: decimal)
        return
      }
    }
    self = .standard(30, Array("\(numerator)/\(denominator)".utf8))
  }
}

extension Double {
  /// Times a power of two that is neither too small nor too large for one float.
  fileprivate func scaled(by power: Int) -> Double {
    self * Double(sign: .plus, exponent: power, significand: 1)
  }
}
