internal import PouchCore

/// What a peer speaks that does not speak TLS, told from its first bytes.
struct ForeignProtocol: CustomStringConvertible {
  let description: String

  /// - Returns: nil when `bytes` can be the start of a TLS conversation.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard let first = bytes.first else { return nil }
    // A handshake record or an alert, of any version 3.x.
    if first == 0x16 || first == 0x15, bytes.count < 2 || bytes[1] == 0x03 { return nil }
    description = ForeignProtocol.name(bytes)
  }

  /// A fatal `unexpected_message` alert in a record of its own.
  static let farewell: [UInt8] = [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x0A]

  private static let openings: [(bytes: [UInt8], name: String)] = [
    ([0x8B] + Array("POUCH".utf8), "the preface of Pouch without TLS"),
    (Array("HTTP/".utf8), "an HTTP response"),
    (Array("GET ".utf8), "an HTTP request"), (Array("HEAD ".utf8), "an HTTP request"),
    (Array("POST ".utf8), "an HTTP request"), (Array("PUT ".utf8), "an HTTP request"),
    (Array("CONNECT ".utf8), "an HTTP request"), (Array("OPTIONS ".utf8), "an HTTP request"),
    (Array("PRI * HTTP/2".utf8), "an HTTP/2 preface"), (Array("SSH-".utf8), "an SSH banner"),
  ]

  private static func name(_ bytes: UnsafeRawBufferPointer) -> String {
    for opening in openings where bytes.starts(with: opening.bytes) { return opening.name }
    let head = bytes.prefix(10)
    let digits = head.prefix { (0x30...0x39).contains($0) }
    if head.count == 10, !digits.isEmpty, head.dropFirst(digits.count).allSatisfy({ $0 == 0x20 }) {
      return "a length of 10 characters, as the length10 framing does"
    }
    let sample = bytes.prefix(16)
    if sample.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }) {
      return "plain text"
    }
    return "unknown bytes (\(hexadecimal(sample.prefix(8), separator: " ")))"
  }
}
