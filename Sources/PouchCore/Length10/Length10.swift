/// The framing of the Python sockets tutorial (docs/wire.md, section 11): for each object a header
/// of ten characters, which is the payload's length in decimal digits with spaces behind them, and
/// the payload, which is a pickle. Nothing else ever travels.
package enum Length10 {
  /// The size of a header, in bytes.
  package static let headerSize = 10

  /// The longest payload that ten digits can announce, in bytes.
  package static let longestPayload: UInt64 = 9_999_999_999

  private static let zero = UInt8(ascii: "0")
  private static let nine = UInt8(ascii: "9")
  private static let space = UInt8(ascii: " ")

  /// The header for a payload of `length` bytes.
  ///
  /// - Throws: `.limitExceeded` when ten digits do not hold the length.
  package static func header(for length: UInt64) throws(PouchError) -> Bytes {
    guard length <= longestPayload else {
      throw PouchError(
        .limitExceeded,
        "an object of \(length) bytes; a length10 header announces at most \(longestPayload)",
        hint: "use the framing pouch, which has no such limit")
    }
    var header = Array(String(length).utf8)
    header += Array(repeating: space, count: headerSize - header.count)
    return Bytes(header)
  }

  /// Where the first byte stands that cannot be part of a header; nil when all can.
  ///
  /// - Parameter header: At most ten bytes, from the header's first on.
  static func firstFault(in header: UnsafeRawBufferPointer) -> Int? {
    var hasEnded = false
    for (index, byte) in header.enumerated() {
      switch byte {
      case zero...nine where !hasEnded: continue
      case space where index > 0: hasEnded = true
      default: return index
      }
    }
    return nil
  }

  /// The length that a whole header without faults announces.
  static func length(_ header: UnsafeRawBufferPointer) -> UInt64 {
    header.prefix { $0 != space }.reduce(0) { $0 * 10 + UInt64($1 - zero) }
  }

  /// Whether `seen` begins with a header.
  static func isHeader(_ seen: [UInt8]) -> Bool {
    guard seen.count >= headerSize else { return false }
    return seen.withUnsafeBytes {
      firstFault(in: UnsafeRawBufferPointer(rebasing: $0.prefix(headerSize))) == nil
    }
  }
}
