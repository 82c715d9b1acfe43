/// A number of which RFC 8746 has typed arrays.
///
/// `UInt8` to `UInt64`, `Int8` to `Int64`, `Float16`, `Float` and `Double` are such; no other
/// type can be.
public protocol TypedArrayElement: BitwiseCopyable, Codable, Hashable, Sendable {
  /// The tag of an array of these in little-endian order.
  static var littleEndianTag: UInt64 { get }
  /// The tag of an array of these in big-endian order.
  static var bigEndianTag: UInt64 { get }
}

extension UInt8: TypedArrayElement {
  public static var littleEndianTag: UInt64 { 64 }
  /// The number of clamped bytes, since the order of single bytes is no order.
  public static var bigEndianTag: UInt64 { 68 }
}

extension UInt16: TypedArrayElement {
  public static var littleEndianTag: UInt64 { 69 }
  public static var bigEndianTag: UInt64 { 65 }
}

extension UInt32: TypedArrayElement {
  public static var littleEndianTag: UInt64 { 70 }
  public static var bigEndianTag: UInt64 { 66 }
}

extension UInt64: TypedArrayElement {
  public static var littleEndianTag: UInt64 { 71 }
  public static var bigEndianTag: UInt64 { 67 }
}

extension Int8: TypedArrayElement {
  public static var littleEndianTag: UInt64 { 72 }
  public static var bigEndianTag: UInt64 { 72 }
}

extension Int16: TypedArrayElement {
  public static var littleEndianTag: UInt64 { 77 }
  public static var bigEndianTag: UInt64 { 73 }
}

extension Int32: TypedArrayElement {
  public static var littleEndianTag: UInt64 { 78 }
  public static var bigEndianTag: UInt64 { 74 }
}

extension Int64: TypedArrayElement {
  public static var littleEndianTag: UInt64 { 79 }
  public static var bigEndianTag: UInt64 { 75 }
}

extension Float: TypedArrayElement {
  public static var littleEndianTag: UInt64 { 85 }
  public static var bigEndianTag: UInt64 { 81 }
}

extension Double: TypedArrayElement {
  public static var littleEndianTag: UInt64 { 86 }
  public static var bigEndianTag: UInt64 { 82 }
}

#if !(os(macOS) && arch(x86_64))
  extension Float16: TypedArrayElement {
    public static var littleEndianTag: UInt64 { 84 }
    public static var bigEndianTag: UInt64 { 80 }
  }
#endif

extension TypedArrayElement {
  /// Copies numbers to or from bytes in little- or big-endian order, turning each around where
  /// that is not this machine's.
  package static func copy(
    _ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer, bigEndian: Bool
  ) {
    target.copyMemory(from: source)
    guard bigEndian != isBigEndianMachine else { return }
    switch MemoryLayout<Self>.size {
    case 2: swapAll(UInt16.self, target)
    case 4: swapAll(UInt32.self, target)
    case 8: swapAll(UInt64.self, target)
    default: break
    }
  }

  private static var isBigEndianMachine: Bool { UInt16(1).bigEndian == 1 }

  private static func swapAll<Word: FixedWidthInteger & BitwiseCopyable>(
    _ type: Word.Type, _ bytes: UnsafeMutableRawBufferPointer
  ) {
    for offset in stride(from: 0, to: bytes.count, by: MemoryLayout<Word>.size) {
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: Word.self)
      bytes.storeBytes(of: word.byteSwapped, toByteOffset: offset, as: Word.self)
    }
  }
}
