/// Whether bytes are well-formed UTF-8: no overlong forms, no surrogates, nothing past U+10FFFF.
package enum UTF8Validation {
  private static let high: UInt64 = 0x8080_8080_8080_8080

  @inline(__always)
  package static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let base = bytes.baseAddress else { return true }
    return isValidByWords(base.assumingMemoryBound(to: UInt8.self), bytes.count)
  }

  /// - Parameters:
  ///   - count: How many bytes to judge.
  ///   - readable: How many may be read, whatever they are.
  @inline(__always)
  static func isValid(_ bytes: UnsafePointer<UInt8>, _ count: Int, readable: Int) -> Bool {
    // Most strings are short and ASCII.
    if count <= 8, readable >= 8 {
      if count == 0 { return true }
      let word = UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
      // The bytes that count are the low ones; the others are shifted out.
      let unused = UInt64(truncatingIfNeeded: 8 &* (8 &- count))
      if (word &<< unused) & high == 0 { return true }
    }
    return isValidByWords(bytes, count)
  }

  private static func isValidByWords(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    var offset = 0
    while offset < count {
      while count &- offset >= 8 {
        let word = UnsafeRawPointer(bytes + offset).loadUnaligned(as: UInt64.self)
        if word & high != 0 { break }
        offset &+= 8
      }
      guard offset < count else { break }
      if bytes[offset] < 0x80 {
        offset &+= 1
        continue
      }
      let length = sequenceLength(bytes + offset, count - offset)
      if length == 0 { return false }
      offset &+= length
    }
    return true
  }

  /// The length of the well-formed sequence of two to four bytes at `bytes`, or 0.
  private static func sequenceLength(_ bytes: UnsafePointer<UInt8>, _ available: Int) -> Int {
    let first = bytes[0]
    let length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
    guard first >= 0xc2, first <= 0xf4, available >= length else { return 0 }
    // The second byte's range rules out what the first byte alone does not (Unicode, table 3-7).
    let second = bytes[1]
    let allowed: ClosedRange<UInt8> =
      switch first {
      case 0xe0: 0xa0...0xbf
      case 0xed: 0x80...0x9f
      case 0xf0: 0x90...0xbf
      case 0xf4: 0x80...0x8f
      default: 0x80...0xbf
      }
    guard allowed.contains(second) else { return 0 }
    for index in 2..<max(length, 2) where bytes[index] & 0xc0 != 0x80 { return 0 }
    return length
  }
}
