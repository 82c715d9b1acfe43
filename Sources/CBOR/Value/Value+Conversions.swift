extension Value {
  /// An integer of any size: tag 2 or 3 carries what 64 bits do not hold.
  public init(_ integer: some BinaryInteger) {
    if let unsigned = UInt64(exactly: integer) {
      self = .unsigned(unsigned)
    } else if integer < 0, let below = UInt64(exactly: -1 - integer) {
      self = .negative(below)
    } else {
      let isNegative = integer < 0
      let magnitude = isNegative ? -1 - integer : integer
      var bytes: [UInt8] = []
      var rest = magnitude
      while rest != 0 {
        bytes.append(UInt8(truncatingIfNeeded: rest))
        rest >>= 8
      }
      self = .tagged(isNegative ? 3 : 2, .bytes(bytes.reversed()))
    }
  }

  public init(_ text: String) { self = .text(text) }
  public init(_ bytes: [UInt8]) { self = .bytes(bytes) }
  public init(_ boolean: Bool) { self = .boolean(boolean) }
  public init(_ float: Double) { self = .float(float) }
  public init(_ float: Float) { self = .float(Double(float)) }
  public init(_ elements: [Value]) { self = .array(elements) }
}

extension Value {
  /// The integer, where this is one that an `Int64` holds.
  public var integer: Int64? {
    switch self {
    case .unsigned(let value): Int64(exactly: value)
    case .negative(let value): Int64(exactly: value).map { -1 - $0 }
    default: nil
    }
  }

  /// The integer, where this is one from 0 to 2^64 - 1.
  public var unsignedInteger: UInt64? {
    if case .unsigned(let value) = self { value } else { nil }
  }

  /// The integer, where this is one, also under tag 2 or 3, and 128 bits hold it.
  public var wideInteger: Int128? {
    switch self {
    case .unsigned(let value): return Int128(value)
    case .negative(let value): return -1 - Int128(value)
    case .tagged(let tagged):
      guard tagged.tag == 2 || tagged.tag == 3, case .bytes(let bytes) = tagged.content,
        let magnitude = UInt128(bigEndianBytes: bytes), let value = Int128(exactly: magnitude)
      else { return nil }
      return tagged.tag == 2 ? value : -1 - value
    default: return nil
    }
  }

  /// The float, where this is one; integers are not.
  public var float: Double? {
    if case .float(let value) = self { value } else { nil }
  }

  public var text: String? {
    if case .text(let value) = self { value } else { nil }
  }

  public var bytes: [UInt8]? {
    if case .bytes(let value) = self { value } else { nil }
  }

  public var boolean: Bool? {
    if case .boolean(let value) = self { value } else { nil }
  }

  /// The elements, where this is an array.
  public var array: [Value]? {
    if case .array(let elements) = self { elements.node.items } else { nil }
  }

  /// The entries, where this is a map.
  public var map: Entries? {
    if case .map(let entries) = self { entries } else { nil }
  }

  public var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// The value of a text key, where this is a map that holds it.
  public subscript(_ key: String) -> Value? {
    guard case .map(let entries) = self else { return nil }
    let items = entries.node.items
    for index in stride(from: 0, to: items.count, by: 2) {
      if case .text(let candidate) = items[index], candidate.utf8.elementsEqual(key.utf8) {
        return items[index + 1]
      }
    }
    return nil
  }

  /// The value of any key, where this is a map that holds it.
  public subscript(key key: Value) -> Value? {
    guard case .map(let entries) = self else { return nil }
    return entries.first { $0.key == key }?.value
  }
}

extension UInt128 {
  /// The number of a bignum's bytes, or nil where it needs more than 128 bits.
  init?(bigEndianBytes bytes: some Collection<UInt8>) {
    let digits = bytes.drop { $0 == 0 }
    guard digits.count <= 16 else { return nil }
    self = digits.reduce(0) { $0 << 8 | UInt128($1) }
  }
}
