/// The scalars that no output shows as they are: a terminal obeys them, a reader of lines may take
/// them for the end of one, or they hide text and change the order in which it is shown.
///
/// These are Unicode's controls (Cc), format characters (Cf) and separators of lines and
/// paragraphs (Zl, Zp), as of Unicode 16.
package enum DangerousScalars {
  package static func contains(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0xad: true
    case ..<0x600: false
    case 0x600...0x605, 0x61c, 0x6dd, 0x70f, 0x890...0x891, 0x8e2, 0x180e: true
    case 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff, 0xfff9...0xfffb: true
    case ..<0x10000: false
    case 0x110bd, 0x110cd, 0x13430...0x1343f, 0x1bca0...0x1bca3, 0x1d173...0x1d17a: true
    case 0xe0000...0xe007f: true
    default: false
    }
  }

  package static func isIn(_ text: String) -> Bool { text.unicodeScalars.contains(where: contains) }

  /// The scalar at a place in UTF-8, if it is one of these, and how many bytes it takes.
  ///
  /// - Parameters:
  ///   - bytes: Well-formed UTF-8.
  ///   - index: Where a scalar starts.
  @inline(__always)
  static func scalar(
    in bytes: UnsafeRawBufferPointer, at index: Int
  ) -> (scalar: Unicode.Scalar, length: Int)? {
    let first = bytes[index]
    if first < 0x80 {
      return first < 0x20 || first == 0x7f ? (Unicode.Scalar(first), 1) : nil
    }
    return longScalar(in: bytes, at: index)
  }

  private static func longScalar(
    in bytes: UnsafeRawBufferPointer, at index: Int
  ) -> (scalar: Unicode.Scalar, length: Int)? {
    let first = bytes[index]
    switch first {
    // The first bytes that such a scalar has, which most of the world's letters have not.
    case 0xc2, 0xd8, 0xdb, 0xdc, 0xe0, 0xe1, 0xe2, 0xef, 0xf0, 0xf3: break
    default: return nil
    }
    let length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
    guard bytes.count - index >= length else { return nil }
    var code = UInt32(first) & (0x7f >> UInt32(length))
    for byte in bytes[(index + 1)..<(index + length)] { code = code << 6 | UInt32(byte & 0x3f) }
    guard let scalar = Unicode.Scalar(code), contains(scalar) else { return nil }
    return (scalar, length)
  }
}
