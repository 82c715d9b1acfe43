/// What the first bytes of a text say of its encoding.
package enum TextEncoding: String, Sendable {
  case utf8 = "UTF-8"
  case utf16 = "UTF-16"
  case utf32 = "UTF-32"

  /// How many bytes the byte order mark of UTF-8 has.
  package static let markLength = 3

  /// Reads a byte order mark; nil when there is none.
  package init?(markIn text: some Sequence<UInt8>) {
    let first = Array(text.prefix(4))
    if first.starts(with: [0xef, 0xbb, 0xbf]) {
      self = .utf8
    } else if first == [0xff, 0xfe, 0, 0] || first == [0, 0, 0xfe, 0xff] {
      self = .utf32
    } else if first.starts(with: [0xff, 0xfe]) || first.starts(with: [0xfe, 0xff]) {
      self = .utf16
    } else {
      return nil
    }
  }

  /// Reads a byte order mark, or finds one of the wide encodings by the zeros among the first
  /// characters, for text that begins with ASCII and holds no NUL; nil for neither.
  package init?(of text: some Sequence<UInt8>) {
    if let encoding = TextEncoding(markIn: text) {
      self = encoding
      return
    }
    let zeros = text.prefix(4).map { $0 == 0 }
    switch zeros.prefix(2) {
    case [false, true], [true, false]: self = zeros.suffix(2) == [true, true] ? .utf32 : .utf16
    case [true, true]: self = .utf32
    default: return nil
    }
  }
}

extension Bytes {
  /// What the text's first bytes say of its encoding; see `TextEncoding.init(markIn:)`.
  package var byteOrderMark: TextEncoding? { withUnsafeBytes { TextEncoding(markIn: $0) } }

  /// The text without the byte order mark of UTF-8.
  package var withoutByteOrderMark: Bytes {
    byteOrderMark == .utf8 ? dropFirst(TextEncoding.markLength) : self
  }
}
