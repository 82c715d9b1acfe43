internal import PouchCore

/// Reads what `FrameWriter` writes.
///
/// Not `Sendable`: its memory is used by one thread.
struct FrameReader: ~Copyable {
  private let channel: any RawChannel
  private let buffer: UnsafeMutableRawBufferPointer
  private var filled = 0
  private let largest: Int

  /// - Parameter largest: The most bytes that an object has.
  init(_ channel: any RawChannel, largest: Int) {
    self.channel = channel
    self.largest = largest
    let length = FrameWriter.headSize + largest
    buffer = .allocate(
      byteCount: length > FrameWriter.batchSize
        ? length + FrameWriter.batchSize : FrameWriter.batchSize,
      alignment: 64)
  }

  deinit {
    buffer.deallocate()
  }

  var channelHoldsBytes: Bool { channel.holdsBytes }

  /// Waits for bytes, and hands every object that is whole to `body`.
  ///
  /// - Returns: false at the end of the stream.
  mutating func take(
    _ body: (UnsafeRawBufferPointer) throws(PouchError) -> Void
  ) throws(PouchError) -> Bool {
    let count = try channel.receive(
      into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
    guard count > 0 else {
      guard filled == 0 else { throw PouchError(.truncated, "the baseline ended inside an object") }
      return false
    }
    filled += count
    var start = 0
    while filled - start >= FrameWriter.headSize {
      let size = Int(
        UInt32(bigEndian: buffer.loadUnaligned(fromByteOffset: start, as: UInt32.self)))
      guard size <= largest else {
        throw PouchError(.badData, "the baseline received a length of \(size)")
      }
      let end = start + FrameWriter.headSize + size
      guard end <= filled else { break }
      try body(UnsafeRawBufferPointer(rebasing: buffer[(start + FrameWriter.headSize)..<end]))
      start = end
    }
    if start > 0 {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<filled]))
      filled -= start
    }
    return true
  }
}
