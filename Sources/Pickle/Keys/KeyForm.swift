internal import CBOR

/// A key in a form that is equal for the keys that Python takes for one.
enum KeyForm: Hashable {
  case none
  case unsigned(UInt64)
  /// The integer -1 - n.
  case negative(UInt64)
  case large(BigInteger)
  /// A float that is no integer, by its bits.
  case fraction(UInt64)
  case nan
  case text(UTF8Text)
  case bytes([UInt8])
  /// An instance of a class of the standard library, by a tag and what makes it equal to others.
  case standard(UInt64, [UInt8])
  /// A tuple or a set: the forms of its elements, written one behind the other.
  case composite([UInt8], holdsNaN: Bool)

  /// - Parameter budget: How many more elements of tuples and sets may be looked at.
  /// - Throws: `.unsupported` for what Python cannot use as a key.
  init(_ key: Value, budget: inout Int) throws(PickleError) {
    if let scalar = KeyForm(scalar: key) {
      self = scalar
    } else {
      var writer = CompositeWriter(budget: budget)
      try writer.write(key)
      budget = writer.budget
      self = .composite(writer.bytes, holdsNaN: writer.holdsNaN)
    }
  }

  /// The form of anything but a tuple or a set.
  init?(scalar key: Value) {
    switch key {
    case .null: self = .none
    case .boolean(let value): self = .unsigned(value ? 1 : 0)
    case .unsigned(let value): self = .unsigned(value)
    case .negative(let value): self = .negative(value)
    case .text(let value): self = .text(UTF8Text(value))
    case .bytes(let value): self = .bytes(value)
    case .float(let value): self.init(float: value)
    case .tagged(let tagged):
      guard let integer = key.bigInteger else {
        self.init(standard: tagged)
        return
      }
      switch Value(integer) {
      case .unsigned(let value): self = .unsigned(value)
      case .negative(let value): self = .negative(value)
      default: self = .large(integer)
      }
    default: return nil
    }
  }

  init(float: Double) {
    guard !float.isNaN else {
      self = .nan
      return
    }
    guard float.isFinite, float == float.rounded(.towardZero) else {
      self = .fraction(float.bitPattern)
      return
    }
    if let value = UInt64(exactly: float) {
      self = .unsigned(value)
      return
    }
    if let magnitude = UInt64(exactly: -float) {
      self = .negative(magnitude - 1)
      return
    }
    // At least 2^64: the significand, shifted by whole bytes and up to seven bits.
    let shift = Int(float.exponent) - Double.significandBitCount
    let significand = float.magnitude.significandBitPattern | 1 << Double.significandBitCount
    let high = significand << UInt64(shift % 8)
    let bytes =
      stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: high >> UInt64($0)) }
      + [UInt8](repeating: 0, count: shift / 8)
    let integer = BigInteger(isNegative: float < 0, magnitude: bytes)
    // -2^64 is the one that a negative integer still holds.
    if case .negative(let value) = Value(integer) {
      self = .negative(value)
    } else {
      self = .large(integer)
    }
  }

  var holdsNaN: Bool {
    switch self {
    case .nan: true
    case .composite(_, let holdsNaN): holdsNaN
    default: false
    }
  }
}
