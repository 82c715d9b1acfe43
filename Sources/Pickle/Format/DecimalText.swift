internal import CBOR

/// Numbers as protocol 0 writes them.
enum DecimalText {
  /// How many digits an integer may have, which is what Python reads by default: the work grows
  /// with their square.
  static let limit = 4_300

  /// How many digits an integer has, as far as it is one.
  static func digits(_ text: UnsafeRawBufferPointer) -> Int { text.count - signLength(text) }

  private static func signLength(_ text: UnsafeRawBufferPointer) -> Int {
    text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+") ? 1 : 0
  }

  /// An integer of at most `limit` digits, or nil where the text is none: an optional sign and digits, without zeros before
  /// them.
  static func integer(_ text: UnsafeRawBufferPointer) -> Value? {
    let digits = UnsafeRawBufferPointer(rebasing: text[signLength(text)...])
    guard let first = digits.first, digits.allSatisfy(isDigit),
      first != UInt8(ascii: "0") || digits.count == 1
    else { return nil }
    let isNegative = text.first == UInt8(ascii: "-")
    if digits.count < 19 {
      let magnitude = digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
      return Value(isNegative ? -magnitude : magnitude)
    }
    // Least significant first, so that a carry can be appended.
    var limbs: [UInt64] = []
    var start = 0
    while start < digits.count {
      // As many digits as a limb takes at once; the odd ones come first.
      let count = start == 0 ? (digits.count - 1) % 19 + 1 : 19
      var chunk: UInt64 = 0
      var scale: UInt64 = 1
      for index in start..<start + count {
        chunk = chunk * 10 + UInt64(digits[index] - UInt8(ascii: "0"))
        scale *= 10
      }
      for index in limbs.indices {
        let (high, low) = limbs[index].multipliedFullWidth(by: scale)
        let (sum, overflow) = low.addingReportingOverflow(chunk)
        limbs[index] = sum
        chunk = high + (overflow ? 1 : 0)
      }
      if chunk > 0 || limbs.isEmpty { limbs.append(chunk) }
      start += count
    }
    let magnitude = limbs.reversed().flatMap { limb in
      stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: limb >> UInt64($0)) }
    }
    return Value(BigInteger(isNegative: isNegative, magnitude: magnitude))
  }

  /// A float as Python's `repr` writes it, or nil where the text is none.
  static func float(_ text: UnsafeRawBufferPointer) -> Double? {
    let string = String(decoding: text, as: UTF8.self)
    switch string {
    case "inf": return .infinity
    case "-inf": return -.infinity
    case "nan", "-nan": return .nan
    default:
      // Swift's own parser also takes what Python never writes, such as hexadecimal floats.
      let allowed = text.allSatisfy {
        isDigit($0) || [0x2b, 0x2d, 0x2e, 0x45, 0x65].contains($0)  // + - . E e
      }
      return allowed ? Double(string) : nil
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
