internal import CBOR

extension Unpickler {
  @inline(__always)
  mutating func text(_ bytes: UnsafeRawBufferPointer) throws(PickleError) -> Item {
    guard UTF8Validation.isValid(bytes) else {
      throw PickleError(
        .invalidText, "text that is not Unicode: bytes that are not UTF-8, or a lone surrogate",
        offset: reader.start)
    }
    return try arena.makeLeaf(
      .text, .text(String(decoding: bytes, as: UTF8.self)), offset: reader.start)
  }

  /// A `str` of Python 2, of which nobody knows whether it is text.
  mutating func string(_ bytes: some Collection<UInt8>) throws(PickleError) -> Item {
    let value =
      String(validating: bytes, as: UTF8.self).map { Value.text($0) } ?? .bytes(Array(bytes))
    return try arena.makeLeaf(.string, value, offset: reader.start)
  }

  @inline(__always)
  mutating func bytes(
    _ kind: Item.Leaf, _ bytes: UnsafeRawBufferPointer
  ) throws(PickleError) -> Item {
    try arena.makeLeaf(kind, .bytes([UInt8](bytes)), offset: reader.start)
  }

  /// UNICODE: Latin-1 with `\u` and `\U` escapes.
  mutating func unicodeLine() throws(PickleError) -> Item {
    let line = try reader.line()
    guard let text = EscapedText.unicode(line) else {
      throw PickleError(
        .invalidText, "text with an escape that is no Unicode scalar", offset: reader.start)
    }
    return try arena.makeLeaf(.text, .text(text), offset: reader.start)
  }

  /// STRING: a literal of Python 2 in quotes.
  mutating func stringLine() throws(PickleError) -> Item {
    let line = try reader.line()
    guard line.count >= 2, let quote = line.first, quote == 0x22 || quote == 0x27,
      line.last == quote
    else { throw malformed("a string without its quotes") }
    let content = UnsafeRawBufferPointer(rebasing: line.dropFirst().dropLast())
    guard let bytes = EscapedText.bytes(content) else {
      throw malformed("a string with an escape that is none")
    }
    return try string(bytes)
  }
}
