/// A decimal number as people and JSON write it: digits times a power of ten.
///
/// It is carried, not calculated with: a float holds hardly any of these numbers exactly, and some
/// not at all.
package struct DecimalNumber {
  package let isNegative: Bool
  /// In ASCII, without zeros before them; none for zero.
  package let digits: [UInt8]
  /// From -10^18 to 10^18.
  package let exponent: Int

  /// Numbers whose exponents lie further out are not read.
  private static let largestExponent = 1_000_000_000_000_000_000
  /// More digits than these are not converted, since that takes quadratic time.
  package static let mostDigits = 4300
  /// As many bytes as so many digits need at most.
  private static let mostBytes = 1786
  /// What floats are printed with where nothing of them shall be lost.
  private static let digitsOfFloat = 17

  /// Reads a sign, digits with or without a point, and an exponent: each may be missing, but for
  /// the digits.
  ///
  /// - Returns: nil for text of another form, and for an exponent beyond 10^18.
  package init?(_ text: some Sequence<UInt8>) {
    var (isNegative, hasDigits, hasPoint, fraction) = (false, false, false, 0)
    var digits: [UInt8] = []
    var rest = text.makeIterator()
    var next = rest.next()
    if next == UInt8(ascii: "-") || next == UInt8(ascii: "+") {
      isNegative = next == UInt8(ascii: "-")
      next = rest.next()
    }
    while let byte = next {
      if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
      } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        hasDigits = true
        if !digits.isEmpty || byte != UInt8(ascii: "0") { digits.append(byte) }
        if hasPoint { fraction += 1 }
      } else {
        break
      }
      next = rest.next()
    }
    guard hasDigits else { return nil }
    var exponent = 0
    if let byte = next {
      guard byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E"),
        let written = Self.exponent(&rest)
      else { return nil }
      exponent = written
    }
    self.init(isNegative: isNegative, digits: digits, exponent: exponent - fraction)
  }

  private static func exponent(_ rest: inout some IteratorProtocol<UInt8>) -> Int? {
    var next = rest.next()
    let isNegative = next == UInt8(ascii: "-")
    if isNegative || next == UInt8(ascii: "+") { next = rest.next() }
    guard next != nil else { return nil }
    var exponent = 0
    while let byte = next {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), exponent <= largestExponent / 10
      else { return nil }
      exponent = exponent * 10 + Int(byte - UInt8(ascii: "0"))
      next = rest.next()
    }
    return isNegative ? -exponent : exponent
  }

  private init?(isNegative: Bool, digits: [UInt8], exponent: Int) {
    guard exponent.magnitude <= Self.largestExponent.magnitude else { return nil }
    self.isNegative = isNegative
    self.digits = digits
    self.exponent = exponent
  }

  /// What tag 4 holds: an exponent and an integer.
  ///
  /// - Returns: nil for anything else, and for a number of more than 4,300 digits.
  package init?(tag4 content: Value) {
    guard let parts = content.array, parts.count == 2, let exponent = parts[0].integer,
      parts[1].bytesOfInteger <= Self.mostBytes, let mantissa = parts[1].bigInteger
    else { return nil }
    let digits = BigInteger(magnitude: mantissa.magnitude).description.utf8
    guard digits.count <= Self.mostDigits else { return nil }
    self.init(
      isNegative: mantissa.isNegative, digits: mantissa.magnitude.isEmpty ? [] : Array(digits),
      exponent: Int(exponent))
  }

  /// An integer where there is no exponent, otherwise a decimal fraction.
  var value: Value { exponent == 0 ? mantissa : decimalFraction }

  /// Exponent and integer under tag 4, which has no sign for a zero. The time grows with the square
  /// of the digits.
  package var decimalFraction: Value {
    .tagged(Tag.decimalFraction, [Value(exponent), mantissa])
  }

  private var mantissa: Value {
    Value(BigInteger(isNegative: isNegative, digits: digits, radix: 10) ?? BigInteger(0))
  }

  /// The number as JSON writes it.
  package var description: String {
    let sign = isNegative ? "-" : ""
    let digits = digits.isEmpty ? "0" : String(decoding: digits, as: UTF8.self)
    if exponent == 0 { return sign + digits }
    guard (-20..<0).contains(exponent) else { return "\(sign)\(digits)e\(exponent)" }
    let places = -exponent
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.utf8.count)) + digits
    return "\(sign)\(padded.dropLast(places)).\(padded.suffix(places))"
  }
}

// MARK: - Floats

extension DecimalNumber {
  /// Whether the nearest float says all that the digits say: it is what a float prints with as many
  /// of them, and these are no more than a float has.
  package var isFloat: Bool { nearest(Double.self).map(isHeld) ?? false }

  /// The nearest float; nil where there is none but zero or infinity.
  func nearest<F: BinaryFloatingPoint & LosslessStringConvertible>(_ type: F.Type) -> F? {
    guard let float = F(description), float.isFinite, !float.isZero || digits.isEmpty else {
      return nil
    }
    return float
  }

  /// - Parameter float: The nearest one.
  func isHeld(by float: Double) -> Bool {
    let zeros = digits.reversed().prefix { $0 == UInt8(ascii: "0") }.count
    let significant = digits.dropLast(zeros)
    guard let first = significant.first else { return true }
    guard float.isFinite, float != 0, significant.count <= Self.digitsOfFloat else { return false }
    // Neighbouring floats lie closer together than decimals of so many digits.
    if float.isNormal, significant.count <= 15 { return true }
    let mantissa = significant.dropFirst().reduce(UInt64(first - UInt8(ascii: "0"))) {
      $0 * 10 + UInt64($1 - UInt8(ascii: "0"))
    }
    return Self.isHalfAStep(float.magnitude, from: mantissa, exponent + zeros)
  }

  /// Whether a float lies no further from `mantissa` times a power of ten than half of that power.
  static func isHalfAStep(
    _ float: Double, from mantissa: UInt64, _ exponent: Int
  ) -> Bool {
    let significand =
      float.significandBitPattern
      | (float.isNormal ? 1 << UInt64(Double.significandBitCount) : 0)
    // The float is the significand times this power of two.
    let power = Int(max(float.exponentBitPattern, 1)) - 1075
    if (-68 ... -1).contains(power), (-22 ... -1).contains(exponent) {
      // Both times 10^-exponent and 2^-power, which leaves no fractions: at most 125 and 127 bits.
      let decimal = UInt128(mantissa) << UInt128(-power)
      let binary = (0..<(-exponent)).reduce(UInt128(significand)) { number, _ in number * 10 }
      let distance = decimal > binary ? decimal - binary : binary - decimal
      let half: UInt128 = 1 << UInt128(-power - 1)
      return distance < half || distance == half && isPrinted(float, as: mantissa, exponent)
    }
    // In the same way, with everything doubled.
    var decimal = WideNumber(mantissa)
    var binary = WideNumber(significand)
    var step = WideNumber(1)
    decimal.shift(by: 1 + max(0, -power))
    step.shift(by: max(0, -power))
    binary.shift(by: 1 + max(0, power))
    decimal.multiply(byTenTo: max(0, exponent))
    step.multiply(byTenTo: max(0, exponent))
    binary.multiply(byTenTo: max(0, -exponent))
    return decimal.isNear(binary, within: step, orAtIt: false)
      || decimal.isNear(binary, within: step, orAtIt: true)
        && isPrinted(float, as: mantissa, exponent)
  }

  /// Which of two decimals a float prints as that lies in the middle between them: the even one, or the
  /// shortest that reads as the float. Below a power of two the even one may not.
  private static func isPrinted(_ float: Double, as mantissa: UInt64, _ exponent: Int) -> Bool {
    if mantissa.isMultiple(of: 2) { return true }
    guard let shortest = DecimalNumber(float.description.utf8) else { return false }
    let zeros = shortest.digits.reversed().prefix { $0 == UInt8(ascii: "0") }.count
    return shortest.exponent + zeros == exponent
      && UInt64(String(decoding: shortest.digits.dropLast(zeros), as: UTF8.self)) == mantissa
  }
}

/// An integer of the few hundred digits that comparing floats with decimals takes.
private struct WideNumber {
  /// Least significant first.
  private var limbs: [UInt64]

  init(_ number: UInt64) { limbs = [number] }

  private mutating func multiply(by factor: UInt64) {
    var carry: UInt64 = 0
    for index in limbs.indices {
      let (high, low) = limbs[index].multipliedFullWidth(by: factor)
      let (sum, overflow) = low.addingReportingOverflow(carry)
      limbs[index] = sum
      carry = high + (overflow ? 1 : 0)
    }
    if carry > 0 { limbs.append(carry) }
  }

  mutating func shift(by bits: Int) {
    limbs.insert(contentsOf: repeatElement(0, count: bits / 64), at: 0)
    multiply(by: 1 << UInt64(bits % 64))
  }

  mutating func multiply(byTenTo power: Int) {
    // The largest power that a limb holds, and what is left.
    for _ in 0..<(power / 19) { multiply(by: 10_000_000_000_000_000_000) }
    multiply(by: (0..<(power % 19)).reduce(1) { power, _ in power * 10 })
  }

  /// Whether the other number is nearer than `distance`.
  ///
  /// - Parameter includesIt: Whether it may also be just as far away.
  func isNear(_ other: WideNumber, within distance: WideNumber, orAtIt includesIt: Bool) -> Bool {
    let count = max(limbs.count, other.limbs.count, distance.limbs.count) + 1
    // Neither self + distance - other nor other + distance - self may be negative, or zero.
    return Self.isSum(self, distance, above: other, orEqual: includesIt, count)
      && Self.isSum(other, distance, above: self, orEqual: includesIt, count)
  }

  private static func isSum(
    _ first: WideNumber, _ second: WideNumber, above third: WideNumber, orEqual: Bool, _ count: Int
  ) -> Bool {
    var carry: Int128 = orEqual ? 0 : -1
    for index in 0..<count {
      carry += Int128(first[index]) + Int128(second[index]) - Int128(third[index])
      carry >>= 64
    }
    return carry >= 0
  }

  private subscript(index: Int) -> UInt64 { index < limbs.count ? limbs[index] : 0 }
}
