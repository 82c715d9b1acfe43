internal import CPeerZlib

/// zlib alone, with the settings of Pouch's stage: level 1, a stream of its own for each block.
final class ZlibBlocks {
  private var stream = z_stream()
  private var room: [UInt8]

  /// - Parameter block: The most bytes that a block has.
  init(block: Int) throws {
    room = [UInt8](repeating: 0, count: block + block / 1000 + 64)
    guard
      deflateInit2_(
        &stream, 1, Z_DEFLATED, 15, 8, Z_DEFAULT_STRATEGY, zlibVersion(),
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw SystemCallError(call: "deflateInit2", reason: "zlib refused") }
  }

  deinit {
    deflateEnd(&stream)
  }

  /// - Returns: How many bytes the block became.
  func compress(_ block: UnsafeRawBufferPointer) throws -> Int {
    let input = UnsafeMutablePointer(mutating: block.bindMemory(to: UInt8.self).baseAddress)
    return try room.withUnsafeMutableBufferPointer { room in
      deflateReset(&stream)
      stream.next_in = input
      stream.avail_in = UInt32(block.count)
      stream.next_out = room.baseAddress
      stream.avail_out = UInt32(room.count)
      guard deflate(&stream, Z_FINISH) == Z_STREAM_END else {
        throw SystemCallError(call: "deflate", reason: "the block does not fit")
      }
      return room.count - Int(stream.avail_out)
    }
  }
}
