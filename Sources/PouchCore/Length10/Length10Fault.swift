/// Bytes that stand where a header of the framing `length10` is due.
struct Length10Fault {
  /// Where the first byte stands that cannot be part of a header.
  let index: Int
  /// The bytes, from the header's first on.
  let seen: [UInt8]

  /// The error that tells what was seen.
  func error(object: UInt64) -> PouchError {
    let opening = StreamOpening(seen)
    if object > 1 {
      return PouchError(
        .badData, "the length header is wrong: \(place)",
        hint: "the sender's lengths do not agree with its payloads", objectID: object)
    }
    if isAlmostHeader {
      return PouchError(
        .protocolMismatch, "the peer does not speak length10: in its length header is \(place)",
        hint: "a length is 1 to 10 digits, with spaces behind them up to 10 characters")
    }
    return PouchError(
      .protocolMismatch, "the peer does not speak length10: it sent \(opening)",
      hint: opening.kind == .pouch ? "use the same framing at both ends" : opening.hint)
  }

  /// Whether somebody has tried to write a length.
  private var isAlmostHeader: Bool {
    index > 0 || [" ", "+", "-"].contains { seen.first == UInt8(ascii: $0) }
  }

  private var place: String {
    let byte = seen[index]
    let shown =
      (0x20..<0x7f).contains(byte)
      ? "'\(Character(Unicode.Scalar(byte)))'"
      : "the byte 0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    let due =
      index == 0 ? "a digit" : seen[index - 1] == 0x20 ? "a space" : "a digit or a space"
    return "\(shown) in place \(index + 1), where \(due) is due"
  }
}
