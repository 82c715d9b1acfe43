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

  func append(_ bytes: some Collection<UInt8>, to text: inout [UInt8]) {
    switch self {
    case .base16:
      for byte in bytes {
        text.append(Self.hex[Int(byte >> 4)])
        text.append(Self.hex[Int(byte & 15)])
      }
    case .base64URL: appendBase64(bytes, Self.url, pads: false, to: &text)
    case .base64: appendBase64(bytes, Self.plain, pads: true, to: &text)
    }
  }

  private func appendBase64(
    _ bytes: some Collection<UInt8>, _ alphabet: [UInt8], pads: Bool, to text: inout [UInt8]
  ) {
    var group: UInt32 = 0
    var held = 0
    for byte in bytes {
      group = group << 8 | UInt32(byte)
      held += 1
      guard held == 3 else { continue }
      for shift in stride(from: 18, through: 0, by: -6) {
        text.append(alphabet[Int(group >> UInt32(shift) & 63)])
      }
      (group, held) = (0, 0)
    }
    guard held > 0 else { return }
    group <<= held == 1 ? 16 : 8
    for shift in stride(from: 18, to: 18 - 6 * (held + 1), by: -6) {
      text.append(alphabet[Int(group >> UInt32(shift) & 63)])
    }
    if pads { text += repeatElement(UInt8(ascii: "="), count: 3 - held) }
  }
}
