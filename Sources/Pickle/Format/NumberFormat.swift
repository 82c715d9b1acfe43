internal import CBOR

/// How the numbers of a typed array lie in memory (RFC 8746, section 2.1).
struct NumberFormat: Hashable {
  enum Kind: UInt8 { case unsigned, signed, float }

  let kind: Kind
  /// In bytes: 1, 2, 4 or 8.
  let size: Int
  /// False for single bytes, too.
  let isBigEndian: Bool

  init(kind: Kind, size: Int, isBigEndian: Bool) {
    self.kind = kind
    self.size = size
    self.isBigEndian = isBigEndian && size > 1
  }

  /// The format behind a tag, or nil where it has none that is read here: floats of 128 bits, and
  /// the number that RFC 8746 leaves out.
  init?(tag: UInt64) {
    guard (64...87).contains(tag), tag != 76 else { return nil }
    let exponent = Int(tag & 3)
    if tag & 16 == 0 {
      self.init(
        kind: tag & 8 == 0 ? .unsigned : .signed, size: 1 << exponent, isBigEndian: tag & 4 == 0)
    } else {
      guard exponent < 3 else { return nil }
      self.init(kind: .float, size: 2 << exponent, isBigEndian: tag & 4 == 0)
    }
  }

  var tag: UInt64 {
    let order: UInt64 = isBigEndian || size == 1 ? 0 : 4
    let exponent = UInt64(size.trailingZeroBitCount)
    return switch kind {
    case .unsigned: 64 | order | exponent
    case .signed: 72 | order | exponent
    case .float: 80 | order | exponent - 1
    }
  }

  /// The number that lies at an offset, `size` bytes of which are there.
  func number(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Value {
    let bits: UInt64
    switch size {
    case 1: bits = UInt64(bytes[offset])
    case 2: bits = UInt64(load(UInt16.self, bytes, offset))
    case 4: bits = UInt64(load(UInt32.self, bytes, offset))
    default: bits = load(UInt64.self, bytes, offset)
    }
    switch kind {
    case .unsigned: return .unsigned(bits)
    case .signed:
      let unused = UInt64(64 - 8 * size)
      return Value(Int64(bitPattern: bits << unused) >> Int64(unused))
    case .float:
      switch size {
      case 2: return .float(FloatBits.double(half: UInt16(truncatingIfNeeded: bits)))
      case 4: return .float(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
      default: return .float(Double(bitPattern: bits))
      }
    }
  }

  private func load<Word: FixedWidthInteger & BitwiseCopyable>(
    _ type: Word.Type, _ bytes: UnsafeRawBufferPointer, _ offset: Int
  ) -> Word {
    let word = bytes.loadUnaligned(fromByteOffset: offset, as: type)
    return isBigEndian ? Word(bigEndian: word) : Word(littleEndian: word)
  }
}
