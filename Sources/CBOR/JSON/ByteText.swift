/// Byte strings as text (RFC 4648).
enum ByteText {
  /// base64url without padding.
  case base64URL
  /// base64 with padding.
  case base64
  /// Hexadecimal digits in upper case.
  case base16

  /// What an expected conversion says (RFC 8949, section 3.4.5.2).
  init?(tag: UInt64) {
    switch tag {
    case 21: self = .base64URL
    case 22: self = .base64
    case 23: self = .base16
    default: return nil
    }
  }

  var name: String {
    switch self {
    case .base64URL: "base64url"
    case .base64: "base64"
    case .base16: "hexadecimal"
    }
  }

  private static let common = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
  private static let plain = common + Array("+/".utf8)
  private static let url = common + Array("-_".utf8)
  private static let hex = Array("0123456789ABCDEF".utf8)

  /// Writes byte strings that come in pieces.
  struct Writer {
    private let kind: ByteText
    /// Bytes that are not yet three.
    private var group: UInt32 = 0
    private var held = 0

    init(_ kind: ByteText) { self.kind = kind }

    mutating func append(_ bytes: UnsafeRawBufferPointer, to output: inout TextOutput) {
      if case .base16 = kind {
        for byte in bytes {
          output.append(ByteText.hex[Int(byte >> 4)])
          output.append(ByteText.hex[Int(byte & 15)])
          output.handOn()
        }
        return
      }
      let alphabet = kind.alphabet
      for byte in bytes {
        group = group << 8 | UInt32(byte)
        held += 1
        guard held == 3 else { continue }
        output.append(alphabet[Int(group >> 18 & 63)])
        output.append(alphabet[Int(group >> 12 & 63)])
        output.append(alphabet[Int(group >> 6 & 63)])
        output.append(alphabet[Int(group & 63)])
        (group, held) = (0, 0)
        output.handOn()
      }
    }

    /// Writes what is left of the last three bytes.
    mutating func finish(_ output: inout TextOutput) {
      guard held > 0 else { return }
      group <<= held == 1 ? 16 : 8
      for shift in stride(from: 18, to: 18 - 6 * (held + 1), by: -6) {
        output.append(kind.alphabet[Int(group >> UInt32(shift) & 63)])
      }
      if case .base64 = kind {
        for _ in held..<3 { output.append(UInt8(ascii: "=")) }
      }
      (group, held) = (0, 0)
    }
  }

  private var alphabet: [UInt8] {
    switch self {
    case .base64: Self.plain
    default: Self.url
    }
  }
}
