/// zlib alone over text in memory, one block after the other.
struct ZlibThroughput: Contender {
  static let block = 64 << 10

  let text: ReadingText
  let name = "zlib alone"
  let summary = "deflate level 1 of 64 KiB blocks in memory, one core, nothing sent"

  func measure(seconds: Double) async throws -> Double {
    try await onThread {
      let zlib = try ZlibBlocks(block: Self.block)
      return try text.bytes.withUnsafeBytes { bytes in
        try Timed.bytesPerSecond(bytes.count, seconds: seconds) {
          for start in stride(from: 0, to: bytes.count, by: Self.block) {
            let block = bytes[start..<(start + Self.block)]
            _ = try zlib.compress(UnsafeRawBufferPointer(rebasing: block))
          }
        }
      }
    }
  }
}
