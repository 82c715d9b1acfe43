/// The characters of diagnostic notation, taken one token at a time.
struct DiagnosticScanner {
  let bytes: [UInt8]
  var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  func failure(_ message: String, at offset: Int? = nil) -> CBORError {
    CBORError(.syntax, message, offset: offset ?? position)
  }

  /// What stands next, for a message.
  var found: String {
    guard position < bytes.count else { return "the end" }
    let scalar = String(decoding: bytes[position...].prefix(4), as: UTF8.self).unicodeScalars.first
    return scalar.map { "'\($0)'" } ?? "the end"
  }

  /// Takes a character, if it is next.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard let next, UInt32(next) == character.value else { return false }
    position += 1
    return true
  }

  /// Takes a word, if it is next.
  mutating func take(word: String) -> Bool {
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  /// Takes what passes a test.
  mutating func take(while test: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    let taken = bytes[position...].prefix(while: test)
    position = taken.endIndex
    return taken
  }

  /// Passes white space and comments: `/ … /`, and `#` or `//` to the end of the line.
  mutating func skipBlanks() throws(CBORError) {
    while let next {
      switch next {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
        position += 1
      case UInt8(ascii: "#"):
        skipLine()
      case UInt8(ascii: "/"):
        let start = position
        position += 1
        if take("/") {
          skipLine()
        } else {
          _ = take { $0 != UInt8(ascii: "/") }
          guard take("/") else { throw failure("a comment without an end", at: start) }
        }
      default: return
      }
    }
  }

  private mutating func skipLine() { _ = take { $0 != UInt8(ascii: "\n") } }

  /// Passes an encoding indicator, such as `_` or `_3`: values keep no widths.
  mutating func skipIndicator() {
    guard take("_") else { return }
    if let next, (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(next) { position += 1 }
  }
}
