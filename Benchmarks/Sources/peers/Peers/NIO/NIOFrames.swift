internal import NIOCore

/// Finds objects, each behind four bytes of length, in buffers as they arrive.
struct NIOFrames {
  private static let headSize = 4

  /// The object that has not arrived whole.
  private var pending = ByteBuffer()

  /// Calls `body` with every object that is whole.
  ///
  /// - Throws: For a length above `most`.
  mutating func take(
    _ arrived: ByteBuffer, most: Int, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws {
    var buffer = arrived
    while pending.readableBytes > 0, buffer.readableBytes > 0 {
      try complete(&buffer, most, body)
    }
    let consumed = try buffer.withUnsafeReadableBytes { bytes in
      var start = 0
      while bytes.count - start >= Self.headSize {
        let size = try Self.size(bytes, at: start, most)
        let end = start + Self.headSize + size
        guard end <= bytes.count else { break }
        body(UnsafeRawBufferPointer(rebasing: bytes[(start + Self.headSize)..<end]))
        start = end
      }
      return start
    }
    buffer.moveReaderIndex(forwardBy: consumed)
    if buffer.readableBytes > 0 { pending.writeBuffer(&buffer) }
  }

  /// Takes what the object that is not whole still lacks.
  private mutating func complete(
    _ buffer: inout ByteBuffer, _ most: Int, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws {
    var wanted = Self.headSize
    if pending.readableBytes >= Self.headSize {
      wanted += try pending.withUnsafeReadableBytes { try Self.size($0, at: 0, most) }
      pending.reserveCapacity(wanted)
    }
    let lacking = min(wanted - pending.readableBytes, buffer.readableBytes)
    guard var part = buffer.readSlice(length: lacking) else { return }
    pending.writeBuffer(&part)
    guard wanted > Self.headSize, pending.readableBytes == wanted else { return }
    pending.withUnsafeReadableBytes {
      body(UnsafeRawBufferPointer(rebasing: $0[Self.headSize...]))
    }
    pending.clear()
  }

  @inline(__always)
  private static func size(
    _ bytes: UnsafeRawBufferPointer, at offset: Int, _ most: Int
  ) throws -> Int {
    let size = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    guard size <= most else { throw VerificationError(reason: "a length of \(size) arrived") }
    return size
  }
}
