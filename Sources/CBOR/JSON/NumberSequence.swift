/// Numbers whose type is known only when they are read: a typed array (RFC 8746), or an ordinary
/// array of numbers and booleans.
struct NumberSequence {
  private enum Elements {
    case ordinary([Value])
    case typed([UInt8], Layout)
  }

  private let elements: Elements
  let count: Int

  /// - Returns: nil for anything else.
  init?(_ value: Value) {
    if case .array(let array) = value {
      let items = array.node.items
      guard items.allSatisfy(\.isNumber) else { return nil }
      elements = .ordinary(items)
      count = items.count
      return
    }
    guard case .tagged(let tagged) = value, let layout = Layout(tag: tagged.tag),
      case .bytes(let bytes) = tagged.content, bytes.count.isMultiple(of: layout.size)
    else { return nil }
    elements = .typed(bytes, layout)
    count = bytes.count / layout.size
  }

  subscript(index: Int) -> Value {
    switch elements {
    case .ordinary(let items): items[index]
    case .typed(let bytes, let layout): layout.number(bytes, at: index * layout.size)
    }
  }
}

/// What the tag of a typed array says of its numbers (RFC 8746, section 2.1).
private struct Layout {
  /// Of one number, in bytes.
  let size: Int
  private let isFloat: Bool
  private let isSigned: Bool
  private let isLittleEndian: Bool

  init?(tag: UInt64) {
    // 76 is reserved, and nothing here reads floats of 128 bits (83 and 87).
    guard (64...87).contains(tag), ![76, 83, 87].contains(tag) else { return nil }
    isFloat = tag & 0x10 != 0
    isSigned = tag & 0x08 != 0
    isLittleEndian = tag & 0x04 != 0
    size = 1 << (Int(tag & 3) + (isFloat ? 1 : 0))
  }

  func number(_ bytes: [UInt8], at offset: Int) -> Value {
    var bits: UInt64 = 0
    for position in 0..<size {
      let index = isLittleEndian ? offset + size - 1 - position : offset + position
      bits = bits << 8 | UInt64(bytes[index])
    }
    guard isFloat else {
      guard isSigned else { return .unsigned(bits) }
      let unused = UInt64(64 - 8 * size)
      return Value(Int64(bitPattern: bits << unused) >> Int64(unused))
    }
    return switch size {
    case 2: .float(FloatBits.double(half: UInt16(truncatingIfNeeded: bits)))
    case 4: .float(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
    default: .float(Double(bitPattern: bits))
    }
  }
}

extension Value {
  fileprivate var isNumber: Bool {
    switch self {
    case .unsigned, .negative, .float, .boolean: true
    default: false
    }
  }
}
