/// Text and strings as protocol 0 writes them, on one line.
enum EscapedText {
  private static let backslash = UInt8(ascii: "\\")

  /// Python's "raw-unicode-escape": Latin-1 in which `\uXXXX` and `\UXXXXXXXX` stand for any
  /// character, and every other backslash for itself.
  ///
  /// - Returns: nil where an escape has too few digits or is no Unicode scalar.
  static func unicode(_ line: UnsafeRawBufferPointer) -> String? {
    var text = String.UnicodeScalarView()
    var index = 0
    while index < line.count {
      let byte = line[index]
      index += 1
      text.append(Unicode.Scalar(byte))
      guard byte == backslash, index < line.count else { continue }
      let next = line[index]
      index += 1
      let digits = next == UInt8(ascii: "u") ? 4 : next == UInt8(ascii: "U") ? 8 : 0
      guard digits > 0 else {
        text.append(Unicode.Scalar(next))
        continue
      }
      guard let code = hexadecimal(line, index, digits), let scalar = Unicode.Scalar(code) else {
        return nil
      }
      text.removeLast()
      text.append(scalar)
      index += digits
    }
    return String(text)
  }

  /// The bytes of a string literal of Python 2 without its quotes. A backslash that escapes
  /// nothing stands for itself.
  ///
  /// - Returns: nil where `\x` has too few digits, or a backslash is last.
  static func bytes(_ literal: UnsafeRawBufferPointer) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(literal.count)
    var index = 0
    while index < literal.count {
      let byte = literal[index]
      index += 1
      guard byte == backslash else {
        bytes.append(byte)
        continue
      }
      guard index < literal.count else { return nil }
      let escaped = literal[index]
      index += 1
      if let plain = simpleEscapes[escaped] {
        bytes.append(plain)
      } else if escaped == UInt8(ascii: "x") {
        guard let code = hexadecimal(literal, index, 2) else { return nil }
        bytes.append(UInt8(truncatingIfNeeded: code))
        index += 2
      } else if isOctal(escaped) {
        var code = UInt32(escaped - 0x30)
        for _ in 0..<2 where index < literal.count && isOctal(literal[index]) {
          code = code << 3 | UInt32(literal[index] - 0x30)
          index += 1
        }
        bytes.append(UInt8(truncatingIfNeeded: code))
      } else {
        bytes += [backslash, escaped]
      }
    }
    return bytes
  }

  private static let simpleEscapes: [UInt8: UInt8] = [
    backslash: backslash, 0x27: 0x27, 0x22: 0x22,
    UInt8(ascii: "a"): 0x07, UInt8(ascii: "b"): 0x08, UInt8(ascii: "t"): 0x09,
    UInt8(ascii: "n"): 0x0a, UInt8(ascii: "v"): 0x0b, UInt8(ascii: "f"): 0x0c,
    UInt8(ascii: "r"): 0x0d,
  ]

  private static func isOctal(_ byte: UInt8) -> Bool { (0x30...0x37).contains(byte) }

  private static func hexadecimal(
    _ bytes: UnsafeRawBufferPointer, _ start: Int, _ count: Int
  ) -> UInt32? {
    guard bytes.count - start >= count else { return nil }
    var code: UInt32 = 0
    for index in start..<start + count {
      guard let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue else { return nil }
      code = code << 4 | UInt32(digit)
    }
    return code
  }
}
