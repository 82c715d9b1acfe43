/// How small zlib alone makes the objects when they are compressed in blocks.
struct BlockCompression: Contender {
  let text: ReadingText
  let block: Int

  var name: String { block == ReadingText.objectSize ? "each object alone" : "one 64 KiB block" }
  var summary: String { "zlib, level 1, \(sizeText(block)) at a time" }

  func measure(seconds: Double) async throws -> Double {
    let zlib = try ZlibBlocks(block: block)
    return try text.bytes.withUnsafeBytes { bytes in
      var compressed = 0
      for start in stride(from: 0, to: bytes.count, by: block) {
        let part = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + block)])
        // Nobody sends a block that has grown.
        compressed += min(block, try zlib.compress(part))
      }
      return Double(bytes.count) / Double(compressed)
    }
  }
}
