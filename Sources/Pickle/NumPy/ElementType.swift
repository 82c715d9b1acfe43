internal import CBOR

/// A type of NumPy's array elements (`numpy.dtype`), numeric or boolean.
struct ElementType {
  private enum Kind { case boolean, number(NumberFormat.Kind) }

  private let kind: Kind
  /// In bytes.
  let size: Int
  /// Unknown until the type's state is set.
  private var isBigEndian: Bool?

  /// The type behind a code such as `f8`, or nil where this module has no counterpart for it.
  init?(code: String) {
    switch code {
    case "b1": (kind, size) = (.boolean, 1)
    case "u1", "u2", "u4", "u8": (kind, size) = (.number(.unsigned), Self.size(code))
    case "i1", "i2", "i4", "i8": (kind, size) = (.number(.signed), Self.size(code))
    case "f2", "f4", "f8": (kind, size) = (.number(.float), Self.size(code))
    default: return nil
    }
  }

  private static func size(_ code: String) -> Int { Int(code.utf8.last ?? 0) - 0x30 }

  /// Takes the byte order in: `<`, `>`, or `|` where there is none.
  ///
  /// - Returns: Whether it is one of this type.
  mutating func order(_ order: String) -> Bool {
    guard size > 1 ? order == "<" || order == ">" : ["|", "<", ">"].contains(order) else {
      return false
    }
    isBigEndian = order == ">"
    return true
  }

  /// The format of the elements; nil for booleans, and before the byte order is known.
  private var format: NumberFormat? {
    guard case .number(let kind) = kind, let isBigEndian else { return nil }
    return NumberFormat(kind: kind, size: size, isBigEndian: isBigEndian)
  }

  var isBoolean: Bool { if case .boolean = kind { true } else { false } }

  /// Whether the byte order is known.
  var isComplete: Bool { isBigEndian != nil }

  /// Elements as a typed array, or an ordinary one of booleans.
  func elements(_ bytes: [UInt8]) -> Value {
    guard let format else { return .array(bytes.map { .boolean($0 != 0) }) }
    return .tagged(format.tag, .bytes(bytes))
  }

  /// The only element of `size` bytes.
  func scalar(_ bytes: [UInt8]) -> Value {
    guard let format else { return .boolean(bytes.first != 0) }
    return bytes.withUnsafeBytes { format.number($0, at: 0) }
  }
}
