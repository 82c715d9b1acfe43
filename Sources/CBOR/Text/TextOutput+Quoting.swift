extension TextOutput {
  /// The notation that a string is quoted for.
  enum Notation { case diagnostic, json }

  /// Writes a piece of a string without its quotes. Escaped are quotes, backslashes, and what no
  /// output shows as it is (`DangerousScalars`).
  ///
  /// - Parameter content: Well-formed UTF-8.
  mutating func append(quoting content: UnsafeRawBufferPointer, _ notation: Notation) {
    append(content) { output, first, scalar in
      switch first {
      case UInt8(ascii: "\""): output.append("\\\"")
      case UInt8(ascii: "\\"): output.append("\\\\")
      default: output.append(escape: scalar, notation)
      }
    }
  }

  /// Writes JSON text as one line that means the same: a line break between tokens, the only place
  /// where JSON has them, becomes a space, and what no output shows as it is an escape.
  ///
  /// - Parameter json: JSON text, which has such characters in strings alone.
  mutating func append(line json: UnsafeRawBufferPointer) {
    append(json) { output, first, scalar in
      switch first {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x09: output.append(first)
      case 0x0a, 0x0d: output.append(UInt8(ascii: " "))
      default: output.append(escape: scalar, .json)
      }
    }
  }

  /// Writes text as it is, but for quotes, backslashes and dangerous scalars, which `replace` writes.
  private mutating func append(
    _ content: UnsafeRawBufferPointer,
    _ replace: (inout TextOutput, _ first: UInt8, _ scalar: Unicode.Scalar) -> Void
  ) {
    var start = 0
    var index = 0
    while index < content.count {
      let first = content[index]
      var length = 0
      var scalar = Unicode.Scalar(first)
      if first == UInt8(ascii: "\"") || first == UInt8(ascii: "\\") {
        length = 1
      } else if let found = DangerousScalars.scalar(in: content, at: index) {
        (scalar, length) = found
      }
      if length > 0 {
        append(UnsafeRawBufferPointer(rebasing: content[start..<index]))
        replace(&self, first, scalar)
        index += length
        start = index
      } else {
        index += 1
        if index - start >= Self.pieceSize {
          append(UnsafeRawBufferPointer(rebasing: content[start..<index]))
          start = index
        }
      }
    }
    append(UnsafeRawBufferPointer(rebasing: content[start...]))
  }

  private mutating func append(escape scalar: Unicode.Scalar, _ notation: Notation) {
    switch (scalar, notation) {
    case ("\t", _): append("\\t")
    case ("\n", _): append("\\n")
    case ("\r", _): append("\\r")
    case ("\u{8}", .json): append("\\b")
    case ("\u{c}", .json): append("\\f")
    default:
      for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
        append("\\u")
        for shift in [12, 8, 4, 0] {
          let digit = Self.digit(UInt8(unit >> UInt16(shift) & 15))
          append(notation == .json && digit > UInt8(ascii: "9") ? digit & ~0x20 : digit)
        }
      }
    }
  }

  @inline(__always)
  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "a") &+ (value &- 10)
  }

  /// Writes bytes as hexadecimal digits in lower case.
  mutating func append(hex content: UnsafeRawBufferPointer) {
    for byte in content {
      append(Self.digit(byte >> 4))
      append(Self.digit(byte & 15))
      handOn()
    }
  }
}
