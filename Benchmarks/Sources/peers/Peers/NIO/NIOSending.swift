internal import NIOCore

/// Sends a load while the channel takes it.
final class NIOSending: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let load: Load
  private var index = 0
  private var isPumping = false
  /// A buffer for each batch; memory that the channel still holds is not used again.
  private var batch = ByteBuffer()
  private var objects: [ByteBuffer] = []

  init(_ load: Load) { self.load = load }

  func channelActive(context: ChannelHandlerContext) {
    if load.size >= FramedObjects.batchSize {
      var object = context.channel.allocator.buffer(capacity: 4 + load.size)
      object.writeInteger(UInt32(load.size))
      object.writeBytes(load.pattern)
      objects = [ByteBuffer](repeating: object, count: 8)
    } else {
      batch = context.channel.allocator.buffer(capacity: FramedObjects.batchSize)
    }
    pump(context)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    pump(context)
    context.fireChannelWritabilityChanged()
  }

  private func pump(_ context: ChannelHandlerContext) {
    guard !isPumping else { return }
    isPumping = true
    defer { isPumping = false }
    while index < load.total, context.channel.isWritable {
      let buffer = objects.isEmpty ? nextBatch() : nextObject()
      context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }
  }

  private func nextObject() -> ByteBuffer {
    let place = index % objects.count
    objects[place].withUnsafeMutableReadableBytes {
      load.stamp(index, UnsafeMutableRawBufferPointer(rebasing: $0[4...]))
    }
    index += 1
    return objects[place]
  }

  private func nextBatch() -> ByteBuffer {
    batch.clear()
    let slot = 4 + load.size
    let most = FramedObjects.batchSize / slot
    let first = index
    let count = min(most, load.total - index)
    batch.writeWithUnsafeMutableBytes(minimumWritableBytes: count * slot) { room in
      for place in 0..<count {
        room.storeBytes(
          of: UInt32(load.size).bigEndian, toByteOffset: place * slot, as: UInt32.self)
        let object = UnsafeMutableRawBufferPointer(
          rebasing: room[(place * slot + 4)..<(place * slot + slot)])
        if load.size == Load.block {
          object.storeBytes(of: Load.head(first + place), as: SIMD8<UInt64>.self)
        } else {
          load.write(first + place, object)
        }
      }
      return count * slot
    }
    index += count
    return batch
  }
}
