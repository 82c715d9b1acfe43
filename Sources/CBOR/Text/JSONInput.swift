/// JSON text that is shown, without a tree of values.
package enum JSONInput {
  /// Checks JSON text; see `Value(json:limits:)`.
  ///
  /// - Throws: `CBORError`.
  package static func check(
    _ text: [UInt8], limits: DecodingLimits = DecodingLimits()
  ) throws(CBORError) {
    var parser = JSONParser(text, limits: limits, JSONCheck())
    try parser.parse()
  }

  /// Checks JSON text and writes what it is converted to in diagnostic notation.
  ///
  /// - Parameters:
  ///   - text: JSON text, which takes up to three times its size in memory as bytes of CBOR.
  ///   - take: Takes the notation in pieces; see `CheckedItem.printDiagnostic(to:)`.
  /// - Throws: `CBORError` before anything is written; what `take` throws.
  package static func printDiagnostic(
    _ text: [UInt8], limits: DecodingLimits = DecodingLimits(),
    to take: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var parser = JSONParser(text, limits: limits, JSONBytes())
    try parser.parse()
    let writer = parser.target.writer
    guard let bytes = EncodedBytes(validated: writer.bytes) else { return }
    var output = TextOutput(take)
    DiagnosticPrinter.print(bytes, to: &output)
    withExtendedLifetime(writer) { output.flush() }
    try output.finish()
  }

  /// Writes JSON text on one line as it is, but for line breaks between tokens, and for characters
  /// that no output shows as they are, which become escapes.
  ///
  /// - Parameters:
  ///   - text: What was checked.
  ///   - take: Takes the text in pieces; see `CheckedItem.printDiagnostic(to:)`.
  /// - Throws: What `take` throws.
  package static func printLine(
    _ text: UnsafeRawBufferPointer, to take: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var output = TextOutput(take)
    output.append(line: text)
    try output.finish()
  }
}
