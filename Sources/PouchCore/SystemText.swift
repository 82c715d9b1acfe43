internal import CBOR

/// Paths, names and arguments of the system as text: they are bytes, and need not be UTF-8.
///
/// Bytes that are UTF-8 are that text. Every other byte is two of the 32 Unicode noncharacters
/// U+FDD0 to U+FDEF, which are set aside for use inside programs and stand for nothing else: the
/// first for its upper four bits, counted from U+FDD0, the second for its lower four, counted from
/// U+FDE0. The bytes of a noncharacter that somebody has put into a name are treated like those that
/// are no UTF-8, so that different bytes are different texts, and every text leads back to its bytes.
///
/// The same is done by Python's `surrogateescape`, with lone surrogates, which no `String` can hold.
package enum SystemText {
  /// What divides the parts of a path. A path is divided by bytes: as a `Character` a slash is one
  /// with the accents that follow it.
  package static let slash = UInt8(ascii: "/")

  /// The text for some bytes.
  package static func text(_ bytes: some Collection<UInt8>) -> String {
    let bytes = Array(bytes)
    if !bytes.contains(first), let text = String(validating: bytes, as: UTF8.self) { return text }
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let length = lengthOfCharacter(bytes[index...])
      if length > 0 {
        text += bytes[index..<index + length]
        index += length
      } else {
        text += escaped(bytes[index])
        index += 1
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes that a text stands for.
  package static func bytes(_ text: String) -> [UInt8] {
    let text = Array(text.utf8)
    guard text.contains(first) else { return text }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      if let byte = unescaped(text[index...]) {
        bytes.append(byte)
        index += escapeLength
      } else {
        bytes.append(text[index])
        index += 1
      }
    }
    return bytes
  }

  /// Whether all that a text stands for is UTF-8.
  package static func isUTF8(_ text: String) -> Bool {
    guard text.utf8.contains(first) else { return true }
    let text = Array(text.utf8)
    return !text.indices.contains { unescaped(text[$0...]) != nil }
  }

  /// The text for people: a byte that is not UTF-8 is written `\377`, as a shell can read it.
  package static func readable(_ text: String) -> String {
    guard !isUTF8(text) else { return text }
    let text = Array(text.utf8)
    var result: [UInt8] = []
    var index = 0
    while index < text.count {
      if let byte = unescaped(text[index...]) {
        result += "\\\(String(byte, radix: 8))".utf8
        index += escapeLength
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The text as a terminal may be given it: what it would obey or not show is written `\u{1b}`, and
  /// a byte that is not UTF-8 `\377`. Names and reasons can come from a peer.
  package static func printable(_ text: String) -> String {
    let text = readable(text)
    guard DangerousScalars.isIn(text) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if DangerousScalars.contains(scalar) {
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Whether a terminal shows a scalar, and does not obey it.
  package static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    !DangerousScalars.contains(scalar)
  }

  // MARK: Bytes as noncharacters

  /// U+FDD0 to U+FDEF are EF B7 90 to EF B7 AF.
  private static let (first, second): (UInt8, UInt8) = (0xef, 0xb7)
  private static let (upper, lower): (UInt8, UInt8) = (0x90, 0xa0)
  private static let escapeLength = 6

  private static func escaped(_ byte: UInt8) -> [UInt8] {
    [first, second, upper + byte >> 4, first, second, lower + byte & 0xf]
  }

  /// The byte whose escape `text` begins with; nil when it begins with something else.
  private static func unescaped(_ text: ArraySlice<UInt8>) -> UInt8? {
    guard text.first == first, text.count >= escapeLength else { return nil }
    let start = text.startIndex
    guard text[start + 1] == second, text[start + 3] == first, text[start + 4] == second,
      (upper..<upper + 16).contains(text[start + 2]), (lower..<lower + 16).contains(text[start + 5])
    else { return nil }
    return (text[start + 2] - upper) << 4 | (text[start + 5] - lower)
  }

  /// How many bytes the character has that `bytes` begin with; 0 when they begin with none, or with
  /// one of the noncharacters.
  private static func lengthOfCharacter(_ bytes: ArraySlice<UInt8>) -> Int {
    guard let head = bytes.first else { return 0 }
    let length = head < 0x80 ? 1 : head < 0xe0 ? 2 : head < 0xf0 ? 3 : 4
    let character = bytes.prefix(length)
    guard character.count == length, let text = String(validating: character, as: UTF8.self),
      let scalar = text.unicodeScalars.first, !(0xfdd0...0xfdef).contains(scalar.value)
    else { return 0 }
    return length
  }
}

extension String {
  /// Calls `body` with the bytes of the system that this text stands for, ended by a zero.
  package func withSystemPath<R>(_ body: (UnsafePointer<CChar>) -> R) -> R {
    if SystemText.isUTF8(self) { return withCString(body) }
    return body(SystemText.bytes(self).map { CChar(bitPattern: $0) } + [0])
  }

  /// How many bytes of the system this text stands for.
  package var systemLength: Int { SystemText.bytes(self).count }
}
