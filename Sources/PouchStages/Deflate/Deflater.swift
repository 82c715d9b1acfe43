internal import CZlib
import PouchCore

/// A compressor: one zlib state, made with the first body and used again for each.
struct Deflater: ~Copyable {
  private let level: Int32
  // zlib's state points back at the structure, which therefore must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private var isOpen = false

  init(level: Int) {
    self.level = Int32(level)
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
  }

  /// Compresses `body` into a zlib stream that ends within `target`.
  ///
  /// - Returns: The stream's length, or nil when it does not fit.
  /// - Throws: `.internal` when zlib has no memory for its state.
  mutating func compress(
    _ body: borrowing OutgoingBody, into target: UnsafeMutableRawBufferPointer
  ) throws(PouchError) -> Int? {
    let status = isOpen ? deflateReset(stream) : pouch_deflate_init(stream, level)
    guard status == Z_OK else { throw ZlibFailure.internal("deflate", status) }
    isOpen = true

    let stream = stream
    stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = uInt(clamping: target.count)
    body.forEachSegment { segment in
      // zlib only reads through this pointer.
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: segment.baseAddress?.assumingMemoryBound(to: UInt8.self))
      stream.pointee.avail_in = uInt(segment.count)
      // With the target full there is input left over, here or in a later segment.
      if stream.pointee.avail_out > 0 { _ = deflate(stream, Z_NO_FLUSH) }
    }
    guard stream.pointee.avail_out > 0, deflate(stream, Z_FINISH) == Z_STREAM_END else {
      return nil
    }
    return target.count - Int(stream.pointee.avail_out)
  }

  deinit {
    if isOpen { deflateEnd(stream) }
    stream.deallocate()
  }
}
