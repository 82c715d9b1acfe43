/// The eight bytes that both sides send before anything else (docs/wire.md, section 1).
package enum Preface {
  /// The protocol version that this package speaks.
  package static let major: UInt8 = 1
  package static let minor: UInt8 = 0

  package static let size = 8
  /// How many of them are the same in every version.
  package static let mark = 6

  package static let bytes = Bytes([0x8b, 0x50, 0x4f, 0x55, 0x43, 0x48, major, minor])

  /// Reads the peer's preface from the front of `buffer` and removes it.
  ///
  /// - Returns: false when more bytes are needed.
  /// - Throws: `.protocolMismatch` as soon as a byte is wrong, with what the bytes look like.
  package static func read(_ buffer: inout ByteBuffer) throws(PouchError) -> Bool {
    let seen = buffer.withUnsafeBytes { Array($0.prefix(StreamOpening.size)) }
    for index in 0..<min(mark, seen.count) where seen[index] != bytes[index] {
      let opening = StreamOpening(seen)
      throw PouchError(
        .protocolMismatch, "the peer does not speak Pouch: it sent \(opening)",
        hint: opening.kind == .length10
          ? "use the framing length10 for such a peer" : opening.hint)
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
}
