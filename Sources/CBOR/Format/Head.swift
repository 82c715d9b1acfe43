/// The kind of a data item: the upper three bits of its first byte.
enum MajorType {
  static let unsigned: UInt8 = 0
  static let negative: UInt8 = 1
  static let bytes: UInt8 = 2
  static let text: UInt8 = 3
  static let array: UInt8 = 4
  static let map: UInt8 = 5
  static let tag: UInt8 = 6
  static let simple: UInt8 = 7
}

/// First bytes with a meaning of their own.
enum Initial {
  static let `false`: UInt8 = 0xf4
  static let `true`: UInt8 = 0xf5
  static let null: UInt8 = 0xf6
  static let undefined: UInt8 = 0xf7
  static let half: UInt8 = 0xf9
  static let single: UInt8 = 0xfa
  static let double: UInt8 = 0xfb
  static let `break`: UInt8 = 0xff
  /// The additional information that opens an indefinite length.
  static let indefinite: UInt8 = 31
}

/// The first byte of a data item and the argument that follows it.
struct Head {
  let initial: UInt8
  /// The value, length, count, tag number or float bits; 0 for an indefinite length.
  let argument: UInt64
  /// The bytes of the head itself: 1, 2, 3, 5 or 9.
  let size: Int

  var major: UInt8 { initial &>> 5 }
  var information: UInt8 { initial & 0x1f }
  var isIndefinite: Bool { information == Initial.indefinite }

  var isFloat: Bool { initial >= Initial.half && initial <= Initial.double }

  var isBignum: Bool {
    major == MajorType.tag
      && (argument == Tag.positiveBignum || argument == Tag.negativeBignum)
  }

  /// The value of any float.
  @inline(__always)
  var float: Double {
    switch initial {
    case Initial.double: Double(bitPattern: argument)
    case Initial.single: Double(Float(bitPattern: UInt32(truncatingIfNeeded: argument)))
    default: FloatBits.double(half: UInt16(truncatingIfNeeded: argument))
    }
  }

  /// Reads a head that is known to be whole and well-formed.
  @inline(__always)
  init(validated bytes: UnsafePointer<UInt8>) {
    let initial = bytes[0]
    let information = initial & 0x1f
    self.initial = initial
    if information < 24 {
      argument = UInt64(information)
      size = 1
    } else {
      (argument, size) = Head.longArgument(bytes, information)
    }
  }

  @inline(__always)
  private static func longArgument(
    _ bytes: UnsafePointer<UInt8>, _ information: UInt8
  ) -> (UInt64, Int) {
    let raw = UnsafeRawPointer(bytes) + 1
    switch information {
    case 24: return (UInt64(bytes[1]), 2)
    case 25:
      return (UInt64(UInt16(bigEndian: raw.loadUnaligned(as: UInt16.self))), 3)
    case 26:
      return (UInt64(UInt32(bigEndian: raw.loadUnaligned(as: UInt32.self))), 5)
    case 27: return (UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self)), 9)
    default: return (0, 1)
    }
  }

  /// Whether the argument has its shortest form. Says nothing about floats.
  var isPreferred: Bool {
    switch size {
    case 1: return !isIndefinite
    case 2: return argument >= 24
    case 3: return argument > UInt64(UInt8.max)
    case 5: return argument > UInt64(UInt16.max)
    default: return argument > UInt64(UInt32.max)
    }
  }

  /// What a message calls the item.
  var typeName: String {
    switch major {
    case MajorType.unsigned: return "an unsigned integer"
    case MajorType.negative: return "a negative integer"
    case MajorType.bytes: return "a byte string"
    case MajorType.text: return "a text string"
    case MajorType.array: return "an array"
    case MajorType.map: return "a map"
    case MajorType.tag: return "tag \(argument)"
    default:
      switch initial {
      case Initial.false, Initial.true: return "a boolean"
      case Initial.null: return "null"
      case Initial.undefined: return "undefined"
      case Initial.half, Initial.single, Initial.double: return "a float"
      default: return "simple value \(argument)"
      }
    }
  }
}
