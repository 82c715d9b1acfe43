/// An object on the stack: a scalar as it is, or where the arena keeps it.
///
/// Trivial to copy, so that the stack and the pool are moved as plain memory.
enum Item {
  case none
  case boolean(Bool)
  case unsigned(UInt64)
  /// The integer -1 - n.
  case negative(UInt64)
  case float(Double)
  /// Text, bytes, a large integer or a value of a class: an index into the arena's leaves.
  case leaf(Leaf, UInt32)
  /// A container: an index into the arena's nodes.
  case node(UInt32)
  /// A function or class that may be called.
  case callable(Callable)
  /// A type of NumPy's: an index into the arena's element types.
  case elementType(UInt32)
  /// An array of NumPy's: an index into the arena's arrays.
  case array(UInt32)

  /// What a leaf is to Python.
  enum Leaf: Equatable {
    case text
    /// The `str` of Python 2, which is text or bytes.
    case string
    case bytes
    case byteArray
    case integer
    /// An instance of a class of the standard library that is one value.
    case standard(Callable)
  }
}

extension Item {
  init(_ integer: Int64) {
    self = integer >= 0 ? .unsigned(UInt64(integer)) : .negative(UInt64(bitPattern: ~integer))
  }

  /// The number, where this is one from 0 to 2^63 - 1.
  var count: Int? {
    if case .unsigned(let value) = self { Int(exactly: value) } else { nil }
  }

  /// The truth, where this is a boolean, or 0 or 1 as old picklers wrote it.
  var flag: Bool? {
    switch self {
    case .boolean(let value): value
    case .unsigned(0): false
    case .unsigned(1): true
    default: nil
    }
  }
}
