import Glibc

/// Objects over a channel that blocks, each behind four bytes of length: the least that anything
/// must do which carries objects over a stream.
enum FramedObjects {
  /// Up to so many bytes are gathered before they leave in one call.
  static let batchSize = 64 << 10
  static let headSize = 4

  /// How many calls there are.
  enum Gathering: Sendable {
    /// One for each object.
    case none
    /// One for each `batchSize` bytes; a larger object has one of its own.
    case batches
  }

  static func send(_ load: Load, _ gathering: Gathering, over channel: some ByteChannel) throws {
    let slot = headSize + load.size
    let most = gathering == .batches ? max(1, batchSize / slot) : 1
    // Four bytes before a multiple of 64, so that a large object itself is aligned.
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: 60 + most * slot, alignment: 64)
    defer { memory.deallocate() }
    let batch = UnsafeMutableRawBufferPointer(rebasing: memory[60...])
    for place in 0..<most {
      batch.storeBytes(
        of: UInt32(load.size).bigEndian, toByteOffset: place * slot, as: UInt32.self)
      load.write(0, object(place, slot, batch))
    }
    if load.size == Load.block {
      try sendBlocks(load, most, batch, channel)
    } else {
      var place = 0
      for index in 0..<load.total {
        load.stamp(index, object(place, slot, batch))
        place += 1
        if place == most || index == load.total - 1 {
          try channel.send(UnsafeRawBufferPointer(rebasing: batch[..<(place * slot)]))
          place = 0
        }
      }
    }
  }

  /// The same for objects of one block, whose length is written with each, as a program would that
  /// does not know it before.
  private static func sendBlocks(
    _ load: Load, _ most: Int, _ batch: UnsafeMutableRawBufferPointer, _ channel: some ByteChannel
  ) throws {
    var filled = 0
    let slot = headSize + Load.block
    for index in 0..<load.total {
      batch.storeBytes(of: UInt32(Load.block).bigEndian, toByteOffset: filled, as: UInt32.self)
      batch.storeBytes(
        of: Load.head(index), toByteOffset: filled + headSize, as: SIMD8<UInt64>.self)
      filled += slot
      if filled == most * slot {
        try channel.send(UnsafeRawBufferPointer(rebasing: batch[..<filled]))
        filled = 0
      }
    }
    try channel.send(UnsafeRawBufferPointer(rebasing: batch[..<filled]))
  }

  private static func object(
    _ place: Int, _ slot: Int, _ batch: UnsafeMutableRawBufferPointer
  ) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: batch[(place * slot + headSize)..<((place + 1) * slot)])
  }

  static func receive(_ load: Load, over channel: some ByteChannel) throws -> Meter {
    load.size >= batchSize
      ? try receiveLarge(load, over: channel) : try receiveSmall(load, over: channel)
  }

  private static func receiveSmall(_ load: Load, over channel: some ByteChannel) throws -> Meter {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: batchSize, alignment: 64)
    defer { buffer.deallocate() }
    var meter = Meter(load)
    var filled = 0
    while !meter.isComplete {
      let count = try channel.receive(
        into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      guard count > 0 else { break }
      filled += count
      var start = 0
      while filled - start >= headSize {
        let end = start + headSize + (try size(in: buffer, at: start, most: batchSize - headSize))
        guard end <= filled else { break }
        meter.add(UnsafeRawBufferPointer(rebasing: buffer[(start + headSize)..<end]))
        start = end
      }
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<filled]))
      filled -= start
    }
    return meter
  }

  /// Reads to the end of an object and the length behind it, so that nothing has to be moved.
  private static func receiveLarge(_ load: Load, over channel: some ByteChannel) throws -> Meter {
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: load.size + 2 * headSize, alignment: 64)
    defer { memory.deallocate() }
    var meter = Meter(load)
    let head = UnsafeMutableRawBufferPointer(rebasing: memory[(load.size + headSize)...])
    try fill(head, from: channel)
    while !meter.isComplete {
      let length = try size(in: head, at: 0, most: load.size)
      let isLast = meter.received == load.total - 1
      // The last bytes of what is read are `head` when the object has the size of the load.
      let start = load.size + headSize - length
      let end = start + length + (isLast ? 0 : headSize)
      try fill(UnsafeMutableRawBufferPointer(rebasing: memory[start..<end]), from: channel)
      meter.add(UnsafeRawBufferPointer(rebasing: memory[start..<(start + length)]))
    }
    return meter
  }

  private static func fill(
    _ buffer: UnsafeMutableRawBufferPointer, from channel: some ByteChannel
  ) throws {
    var filled = 0
    while filled < buffer.count {
      let count = try channel.receive(
        into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      guard count > 0 else { throw VerificationError(reason: "the stream ended inside an object") }
      filled += count
    }
  }

  @inline(__always)
  private static func size(
    in buffer: UnsafeMutableRawBufferPointer, at offset: Int, most: Int
  ) throws -> Int {
    let size = Int(UInt32(bigEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    guard size <= most else { throw VerificationError(reason: "a length of \(size) arrived") }
    return size
  }
}
