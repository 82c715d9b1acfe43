internal import CPeerZlib

/// zlib's CRC-32, which is another polynomial and the same work.
struct ZlibChecksum: Contender {
  static let size = 256 << 10

  let name = "zlib's crc32"
  var summary: String {
    "version \(String(cString: zlibVersion())), crc32 over \(sizeText(Self.size)), one core"
  }

  func measure(seconds: Double) async throws -> Double {
    let content = Pattern.shared.bytes(Self.size)
    let start = content.bindMemory(to: UInt8.self).baseAddress
    let expected = crc32(0, start, UInt32(Self.size))
    return try Timed.bytesPerSecond(Self.size, seconds: seconds) {
      guard crc32(0, start, UInt32(Self.size)) == expected else {
        throw VerificationError(reason: "crc32 differs from itself")
      }
    }
  }
}
