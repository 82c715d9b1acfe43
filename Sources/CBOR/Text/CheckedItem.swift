/// One data item that was checked from end to end and is printed from its bytes, without a tree of
/// values.
///
/// Checking takes memory for what is open and for the maps alone: at most some four times the bytes.
/// Printing takes a piece of the text, beyond that the names of an object whose members are being
/// printed and the numbers of a multi-dimensional array.
package struct CheckedItem {
  private let bytes: EncodedBytes

  /// Checks the item.
  ///
  /// - Parameters:
  ///   - bytes: One data item, with nothing behind it. It must stay where it is for as long as this
  ///     value is used.
  ///   - limits: What to accept.
  /// - Throws: `CBORError`, as `Value(decoding:limits:)` does.
  package init(
    _ bytes: UnsafeRawBufferPointer, limits: DecodingLimits = DecodingLimits()
  ) throws(CBORError) {
    try Document().read(bytes, limits: limits, keepsIndex: false)
    guard let checked = EncodedBytes(validated: bytes) else {
      throw CBORError(.truncated, "there is no data item: the input is empty", offset: 0)
    }
    self.bytes = checked
  }

  /// Writes the item's diagnostic notation; see `Value.diagnosticNotation`.
  ///
  /// - Parameter take: Takes the text in pieces of some 64 KiB of UTF-8, which are not valid after
  ///   the call. A piece may end within a character.
  /// - Throws: What `take` throws, which ends the printing.
  package func printDiagnostic(to take: @escaping (UnsafeRawBufferPointer) throws -> Void) throws {
    var output = TextOutput(take)
    DiagnosticPrinter.print(bytes, to: &output)
    try output.finish()
  }

  /// Writes bytes as a byte string in diagnostic notation.
  ///
  /// - Parameter take: As in `printDiagnostic(to:)`.
  /// - Throws: What `take` throws, which ends the printing.
  package static func printDiagnostic(
    string bytes: UnsafeRawBufferPointer,
    to take: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var output = TextOutput(take)
    output.append("h'")
    output.append(hex: bytes)
    output.append("'")
    try output.finish()
  }

  /// Writes the item as JSON text; see `Value.json()`.
  ///
  /// - Parameter take: As in `printDiagnostic(to:)`.
  /// - Returns: What JSON could not hold: the first of the losses, and how many there are.
  /// - Throws: What `take` throws, which ends the printing.
  package func printJSON(
    to take: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) throws -> (losses: [JSONLoss], lossCount: Int) {
    var printer = JSONPrinter(bytes, TextOutput(take))
    printer.print()
    try printer.output.finish()
    return (printer.losses, printer.lossCount)
  }
}
