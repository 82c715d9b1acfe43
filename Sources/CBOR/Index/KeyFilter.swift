/// Tells keys that are surely new in their map from those that may be there already, at the cost
/// of a few bits for each.
struct KeyFilter: BitwiseCopyable {
  private var bits = InlineArray<4, UInt64>(repeating: 0)

  /// Notes a key of `size` bytes.
  ///
  /// - Parameter readable: How many bytes may be read from `key` on, `size` at least.
  /// - Returns: Whether a key that was noted before may be the same.
  @inline(__always)
  mutating func insert(_ key: UnsafePointer<UInt8>, _ size: Int, readable: Int) -> Bool {
    let position = KeyFilter.hash(key, size, readable: readable) &>> 56
    let word = Int(truncatingIfNeeded: position &>> 6)
    let bit: UInt64 = 1 &<< (position & 63)
    defer { bits[word] |= bit }
    return bits[word] & bit != 0
  }

  /// The first eight bytes and, where there are more, the last eight, spread over all bits.
  @inline(__always)
  private static func hash(_ key: UnsafePointer<UInt8>, _ size: Int, readable: Int) -> UInt64 {
    let bytes = UnsafeRawPointer(key)
    if size >= 8 {
      let first = bytes.loadUnaligned(as: UInt64.self)
      let last = (bytes + (size &- 8)).loadUnaligned(as: UInt64.self)
      return first &* 0x9E37_79B9_7F4A_7C15 ^ last &* 0xC2B2_AE3D_27D4_EB4F
    }
    var first: UInt64 = 0
    if readable >= 8 {
      let unused = UInt64(truncatingIfNeeded: 8 &* (8 &- size))
      first = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)) &<< unused
    } else {
      for index in 0..<size { first = first &>> 8 | UInt64(key[index]) &<< 56 }
    }
    return first &* 0x9E37_79B9_7F4A_7C15
  }
}
