/// What a stream is that is not the expected one, told from its first bytes (docs/wire.md,
/// section 9).
package struct StreamOpening: Sendable, CustomStringConvertible {
  /// What the bytes look like.
  package enum Kind: Sendable, Equatable {
    /// A record of TLS, of any type and version.
    case tls
    /// The preface of Pouch.
    case pouch
    /// The header of the framing `length10`.
    case length10
    case http
    case ssh
    /// Printable text of no known kind.
    case text
    case unknown
  }

  /// How many bytes are looked at.
  package static let size = 16

  package let kind: Kind
  private let first: [UInt8]

  /// - Parameter seen: The first bytes of the stream, as many as there are.
  package init(_ seen: [UInt8]) {
    first = Array(seen.prefix(StreamOpening.size))
    kind = StreamOpening.kind(of: first)
  }

  /// The same, for what stands at the front of `buffer`.
  package init(_ buffer: borrowing ByteBuffer) {
    self.init(buffer.withUnsafeBytes { Array($0.prefix(StreamOpening.size)) })
  }

  /// The kind in words, to stand behind "it sent".
  package var description: String {
    switch kind {
    case .tls: "a TLS record"
    case .pouch: "the preface of Pouch"
    case .length10: "a 10-character length header, as in the Python sockets tutorial"
    case .http: "HTTP"
    case .ssh: "an SSH banner"
    case .text: "text"
    case .unknown: "unknown bytes (\(hexadecimal))"
    }
  }

  /// What to do about it, where that does not depend on what was expected.
  package var hint: String {
    kind == .tls
      ? "the peer speaks TLS and this side plain: use tls:// at both ends"
      : "check the port: something else is at the other end"
  }

  private static func kind(of seen: [UInt8]) -> Kind {
    // A record of any type (alert, handshake, data) with a 3.x version.
    if seen.count >= 2, (0x14...0x17).contains(seen[0]), seen[1] == 3 { return .tls }
    if seen.count >= Preface.mark, seen.starts(with: Preface.bytes.prefix(Preface.mark).array) {
      return .pouch
    }
    if verbs.contains(where: { seen.starts(with: $0.utf8) }) { return .http }
    if Length10.isHeader(seen) { return .length10 }
    if seen.starts(with: "SSH-".utf8) { return .ssh }
    let isText = seen.allSatisfy { (0x20..<0x7f).contains($0) || [9, 10, 13].contains($0) }
    return isText ? .text : .unknown
  }

  private static let verbs = [
    "GET ", "POST", "HEAD", "PUT ", "OPTI", "HTTP", "PRI ", "CONN", "DELE", "PATC",
  ]

  private var hexadecimal: String {
    first.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }
}
