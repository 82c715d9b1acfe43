/// The eight bytes that both sides send before anything else (docs/wire.md, section 1).
package enum Preface {
  /// The protocol version that this package speaks.
  package static let major: UInt8 = 1
  package static let minor: UInt8 = 0

  package static let size = 8

  package static let bytes = Bytes([0x8b, 0x50, 0x4f, 0x55, 0x43, 0x48, major, minor])

  /// Reads the peer's preface from the front of `buffer` and removes it.
  ///
  /// - Returns: false when more bytes are needed.
  /// - Throws: `.protocolMismatch` as soon as a byte is wrong, with what the bytes look like.
  package static func read(_ buffer: inout ByteBuffer) throws(PouchError) -> Bool {
    let expected = 6
    let seen = buffer.withUnsafeBytes { Array($0.prefix(16)) }
    for index in 0..<min(expected, seen.count) where seen[index] != bytes[index] {
      throw PouchError(
        .protocolMismatch, "the peer does not speak Pouch: it sent \(describe(seen))",
        hint: hint(seen))
    }
    guard seen.count >= size else { return false }
    guard seen[6] == major else {
      throw PouchError(
        .protocolMismatch,
        "the peer speaks version \(seen[6]).\(seen[7]) of the protocol; this is \(major).\(minor)",
        hint: "run the same major version at both ends")
    }
    buffer.discard(size)
    return true
  }

  /// What a stream that is not Pouch's looks like, by its first bytes.
  package static func describe(_ seen: [UInt8]) -> String {
    let text = String(decoding: seen, as: UTF8.self)
    if isTLS(seen) { return "a TLS record" }
    if isHTTP(text) { return "HTTP" }
    if isLength10(seen) { return "a 10-character length header, as in the Python sockets tutorial" }
    if text.hasPrefix("SSH-") { return "an SSH banner" }
    if seen.allSatisfy({ (0x20..<0x7f).contains($0) || [9, 10, 13].contains($0) }) {
      return "text"
    }
    return "unknown bytes (\(hexadecimal(seen.prefix(8))))"
  }

  private static func hint(_ seen: [UInt8]) -> String? {
    if isTLS(seen) { return "the peer speaks TLS and this side plain: use tls:// at both ends" }
    if isLength10(seen) { return "use the framing length10 for such a peer" }
    return "check the port: something else is at the other end"
  }

  private static func isTLS(_ seen: [UInt8]) -> Bool {
    // A record of any type (alert, handshake, data) with a 3.x version.
    seen.count >= 2 && (0x14...0x17).contains(seen[0]) && seen[1] == 3
  }

  private static func isHTTP(_ text: String) -> Bool {
    ["GET ", "POST", "HEAD", "PUT ", "OPTI", "HTTP", "PRI ", "CONN", "DELE", "PATC"]
      .contains { text.hasPrefix($0) }
  }

  private static func isLength10(_ seen: [UInt8]) -> Bool {
    let header = seen.prefix(10)
    let digits = header.prefix { (0x30...0x39).contains($0) }
    return header.count == 10 && !digits.isEmpty
      && header.dropFirst(digits.count).allSatisfy { $0 == 0x20 }
  }

  private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }
}
