/// Whether bytes are well-formed UTF-8: no overlong forms, no surrogates, nothing past U+10FFFF.
enum UTF8Validation {
  static func isValid(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    var offset = 0
    while offset < count {
      // Eight ASCII bytes at a time, since most text is nothing else.
      while count &- offset >= 8 {
        let word = UnsafeRawPointer(bytes + offset).loadUnaligned(as: UInt64.self)
        if word & 0x8080_8080_8080_8080 != 0 { break }
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
