internal import PouchCore

/// Memory for large objects, used again when the connection has let go of it: a program that has
/// its object in memory pays for no copy, and neither does this one.
struct ObjectPool {
  /// Objects up to this size are copied by the library.
  static let copyLimit = Outbox.copyLimit

  private let size: Int
  private var objects: [Bytes]
  private var next = 0

  init(size: Int) {
    self.size = size
    // Two are enough; more let the connection keep several that are small.
    objects = [Bytes](repeating: Bytes(), count: min(8, max(2, (64 << 20) / size)))
  }

  /// Makes an object.
  ///
  /// - Parameter write: Writes it into memory of its size, and is told whether that may hold
  ///   something else than an earlier object.
  mutating func make(_ write: (UnsafeMutableRawBufferPointer, Bool) -> Void) -> Bytes {
    var spent = Bytes()
    swap(&spent, &objects[next])
    let before = spent.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    // Memory that somebody still holds is not used again; others take its place.
    var buffer = ByteBuffer(recycling: &spent, capacity: size)
    _ = buffer.fill(minimum: size) { room in
      let isFresh = UInt(bitPattern: room.baseAddress) != before
      write(UnsafeMutableRawBufferPointer(rebasing: room[..<size]), isFresh)
      return size
    }
    let object = buffer.freeze()
    objects[next] = object
    next = (next + 1) % objects.count
    return object
  }
}
