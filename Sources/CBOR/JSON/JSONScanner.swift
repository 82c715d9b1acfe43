/// The bytes of JSON text (RFC 8259), taken one token at a time.
struct JSONScanner {
  let bytes: [UInt8]
  var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next byte; nil at the end.
  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  func failure(_ message: String, at offset: Int? = nil) -> CBORError {
    CBORError(.syntax, message, offset: offset ?? position)
  }

  func unexpected(_ wanted: String) -> CBORError {
    failure("expected \(wanted), found \(found)")
  }

  /// What stands next, for a message.
  private var found: String {
    guard position < bytes.count else { return "the end" }
    if bytes[position...].starts(with: [0xef, 0xbb, 0xbf]) { return "a byte order mark" }
    let scalar = String(decoding: bytes[position...].prefix(4), as: UTF8.self).unicodeScalars.first
    return scalar.map { "'\($0)'" } ?? "the end"
  }

  /// Passes white space: space, tab, line feed and carriage return, and nothing else.
  mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0a, 0x0d: position &+= 1
      default: return
      }
    }
  }

  /// Takes a character, if it is next.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position &+= 1
    return true
  }

  /// Takes a string, a number or a word.
  mutating func scalar() throws(CBORError) -> Value {
    guard let next else { throw unexpected("a value") }
    return switch next {
    case UInt8(ascii: "\""): .text(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
    case UInt8(ascii: "t"): try word("true", .boolean(true))
    case UInt8(ascii: "f"): try word("false", .boolean(false))
    case UInt8(ascii: "n"): try word("null", .null)
    default: throw unexpected("a value")
    }
  }

  private mutating func word(_ word: String, _ value: Value) throws(CBORError) -> Value {
    guard bytes[position...].starts(with: word.utf8) else { throw unexpected("a value") }
    position += word.utf8.count
    // What follows directly, as in "nullable", is an error of whoever looks for a separator.
    return value
  }
}
