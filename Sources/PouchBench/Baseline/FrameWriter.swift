internal import PouchCore

/// Writes objects the way a simple program does: each behind a head of four bytes, small ones
/// together in batches of 64 KiB.
///
/// Not `Sendable`: its memory is used by one thread.
struct FrameWriter: ~Copyable {
  static let headSize = 4
  static let batchSize = 64 << 10

  private let channel: any RawChannel
  private let batch: UnsafeMutableRawBufferPointer
  private var filled = 0

  init(_ channel: any RawChannel) {
    self.channel = channel
    batch = .allocate(byteCount: FrameWriter.batchSize, alignment: 64)
  }

  deinit {
    batch.deallocate()
  }

  /// Adds an object, and sends what is full.
  @inline(__always)
  mutating func append(_ object: UnsafeRawBufferPointer) throws(PouchError) {
    let length = FrameWriter.headSize + object.count
    guard length <= FrameWriter.batchSize else { return try appendLarge(object) }
    if filled + length > FrameWriter.batchSize { try flush() }
    batch.storeBytes(
      of: UInt32(truncatingIfNeeded: object.count).bigEndian, toByteOffset: filled, as: UInt32.self)
    UnsafeMutableRawBufferPointer(rebasing: batch[(filled + FrameWriter.headSize)...])
      .copyMemory(from: object)
    filled += length
  }

  private mutating func appendLarge(_ object: UnsafeRawBufferPointer) throws(PouchError) {
    try flush()
    batch.storeBytes(
      of: UInt32(truncatingIfNeeded: object.count).bigEndian, toByteOffset: 0, as: UInt32.self)
    guard channel.copiesAll else {
      let head = UnsafeRawBufferPointer(rebasing: batch[..<FrameWriter.headSize])
      return try channel.send(head, object)
    }
    filled = FrameWriter.headSize
    var rest = object
    while !rest.isEmpty {
      let count = min(rest.count, FrameWriter.batchSize - filled)
      UnsafeMutableRawBufferPointer(rebasing: batch[filled...])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
      filled += count
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      if filled == FrameWriter.batchSize { try flush() }
    }
    try flush()
  }

  /// Sends what has gathered.
  mutating func flush() throws(PouchError) {
    guard filled > 0 else { return }
    try channel.send(UnsafeRawBufferPointer(rebasing: batch[..<filled]))
    filled = 0
  }
}
