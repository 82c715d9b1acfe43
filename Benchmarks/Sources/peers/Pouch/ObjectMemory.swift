import Pouch

/// Memory for large objects, used again when the connection has let go of it: a program that has
/// its object in memory pays for no copy.
struct ObjectMemory {
  /// An object's memory; a class, because a buffer has one owner.
  private final class Slot {
    var buffer: ByteBuffer
    /// Where the pattern was written; another address is other memory.
    var written: UInt = 0

    init(_ size: Int) { buffer = ByteBuffer(capacity: size) }
  }

  private let load: Load
  private let slots: [Slot]

  init(_ load: Load) {
    self.load = load
    slots = (0..<(load.size > 4 << 20 ? 2 : 8)).map { _ in Slot(load.size) }
  }

  func object(_ index: Int) -> Bytes {
    let slot = slots[index % slots.count]
    // Memory that somebody still holds is not used again; other takes its place.
    slot.buffer.removeAll()
    let size = load.size
    let before = slot.written
    var now: UInt = 0
    _ = slot.buffer.fill(minimum: size) { room in
      let object = UnsafeMutableRawBufferPointer(rebasing: room[..<size])
      now = UInt(bitPattern: object.baseAddress)
      if now == before { load.stamp(index, object) } else { load.write(index, object) }
      return size
    }
    slot.written = now
    return slot.buffer.take(size)
  }
}
