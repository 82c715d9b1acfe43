/// An integer of any size, for what 128 bits do not hold.
///
/// It is carried, not calculated with: this module reads and writes it (tags 2 and 3 where 64
/// bits are not enough) and converts it to and from digits.
public struct BigInteger: Hashable, Sendable {
  public let isNegative: Bool
  /// The absolute value, most significant byte first, without leading zeros.
  public let magnitude: [UInt8]

  public init(isNegative: Bool = false, magnitude: some Collection<UInt8>) {
    self.magnitude = Array(magnitude.drop { $0 == 0 })
    self.isNegative = isNegative && !self.magnitude.isEmpty
  }

  public init(_ integer: some BinaryInteger) {
    var rest = integer.magnitude
    var bytes: [UInt8] = []
    while rest != 0 {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
    self.init(isNegative: integer < 0, magnitude: bytes.reversed())
  }

  /// The number as an `Int128`, where that holds it.
  public var int128: Int128? {
    guard let magnitude = UInt128(bigEndianBytes: magnitude) else { return nil }
    guard isNegative else { return Int128(exactly: magnitude) }
    return Int128(exactly: magnitude - 1).map { -1 - $0 }
  }
}

extension BigInteger: LosslessStringConvertible {
  /// Reads decimal digits with an optional sign; the time grows with the square of their number.
  public init?(_ description: String) {
    let isNegative = description.hasPrefix("-")
    let digits = isNegative ? description.dropFirst() : description[...]
    self.init(isNegative: isNegative, digits: digits.utf8, radix: 10)
  }

  /// Reads digits of a base up to 16.
  init?(isNegative: Bool, digits: some Collection<UInt8>, radix: UInt32) {
    guard !digits.isEmpty else { return nil }
    // Least significant first, so that a carry can be appended. Digits are taken together as long
    // as one limb holds them: each pass over the limbs is then worth several.
    var limbs: [UInt32] = []
    var (group, scale): (UInt32, UInt32) = (0, 1)
    func fold() {
      var carry = UInt64(group)
      for index in limbs.indices {
        carry += UInt64(limbs[index]) * UInt64(scale)
        limbs[index] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      if carry > 0 { limbs.append(UInt32(carry)) }
      (group, scale) = (0, 1)
    }
    for digit in digits {
      guard let value = Character(Unicode.Scalar(digit)).hexDigitValue, value < radix else {
        return nil
      }
      group = group * radix + UInt32(value)
      scale *= radix
      if scale > UInt32.max / radix { fold() }
    }
    fold()
    let bytes = limbs.reversed().flatMap { limb in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: limb >> $0) }
    }
    self.init(isNegative: isNegative, magnitude: bytes)
  }

  /// The decimal digits.
  public var description: String {
    var limbs: [UInt32] = []
    var end = magnitude.count
    while end > 0 {
      let start = max(0, end - 4)
      limbs.append(magnitude[start..<end].reduce(0) { $0 << 8 | UInt32($1) })
      end = start
    }
    // Nine digits at a time, least significant first.
    var groups: [UInt32] = []
    while !limbs.isEmpty {
      var rest: UInt64 = 0
      for index in limbs.indices.reversed() {
        let value = rest << 32 | UInt64(limbs[index])
        limbs[index] = UInt32(value / 1_000_000_000)
        rest = value % 1_000_000_000
      }
      groups.append(UInt32(rest))
      while limbs.last == 0 { limbs.removeLast() }
    }
    guard let first = groups.popLast() else { return "0" }
    let rest = groups.reversed().map { group in
      let digits = String(group)
      return String(repeating: "0", count: 9 - digits.utf8.count) + digits
    }
    return (isNegative ? "-" : "") + String(first) + rest.joined()
  }
}

extension BigInteger: Codable {
  /// Coders other than this module's see the digits as text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let value = BigInteger(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "text that is no integer")
    }
    self = value
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Value {
  /// An integer of any size: tag 2 or 3 carries what 64 bits do not hold.
  public init(_ integer: BigInteger) {
    guard integer.isNegative else {
      if integer.magnitude.count <= 8 {
        self = .unsigned(integer.magnitude.reduce(0) { $0 << 8 | UInt64($1) })
      } else {
        self = .tagged(Tag.positiveBignum, .bytes(integer.magnitude))
      }
      return
    }
    // CBOR writes -1 - n: one less than the magnitude.
    var below = integer.magnitude
    for index in below.indices.reversed() {
      below[index] &-= 1
      if below[index] != 0xff { break }
    }
    let digits = below.drop { $0 == 0 }
    if digits.count <= 8 {
      self = .negative(digits.reduce(0) { $0 << 8 | UInt64($1) })
    } else {
      self = .tagged(Tag.negativeBignum, .bytes(Array(digits)))
    }
  }

  /// How many bytes an integer takes; 0 for anything else.
  var bytesOfInteger: Int {
    switch self {
    case .unsigned, .negative: 8
    case .tagged(let tagged): tagged.content.bytes?.count ?? 0
    default: 0
    }
  }

  /// The integer, where this is one of any size, also under tag 2 or 3.
  public var bigInteger: BigInteger? {
    switch self {
    case .unsigned(let value): return BigInteger(value)
    case .negative(let value): return BigInteger(-1 - Int128(value))
    case .tagged(let tagged):
      guard case .bytes(let bytes) = tagged.content else { return nil }
      if tagged.tag == Tag.positiveBignum { return BigInteger(magnitude: bytes) }
      guard tagged.tag == Tag.negativeBignum else { return nil }
      // One more than was written; a carry out of the first byte needs another.
      var above = [0] + bytes
      for index in above.indices.reversed() {
        above[index] &+= 1
        if above[index] != 0 { break }
      }
      return BigInteger(isNegative: true, magnitude: above)
    default: return nil
    }
  }
}

extension BigInteger: LeafEncodable, DirectlyDecodable {
  func write(to writer: Writer) { Value(self).write(to: writer) }

  static func decodeDirectly(
    from document: Document, at cursor: ItemCursor
  ) throws -> BigInteger {
    guard let value = document.smallValue(cursor)?.bigInteger else {
      throw document.mismatch(Self.self, "an integer", cursor)
    }
    return value
  }
}
