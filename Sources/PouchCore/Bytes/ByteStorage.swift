internal import CPouchSystem

/// A block of memory that `ByteBuffer` fills and that `Bytes` slices share.
///
/// The one place in the package where payload memory is allocated and freed.
///
/// `@unchecked Sendable`: a byte is written once, through the `ByteBuffer` that owns the region
/// past its write position, before any `Bytes` covers it; what a `Bytes` covers is never written
/// again while that slice lives, because a buffer recycles memory only when it is its sole owner.
/// `hasMoved` is set by that sole owner as well, which then lets go.
@usableFromInline
final class ByteStorage: @unchecked Sendable {
  @usableFromInline let base: UnsafeMutableRawPointer
  @usableFromInline let capacity: Int
  /// The memory belongs to another storage now.
  private var hasMoved = false

  @usableFromInline
  convenience init(capacity: Int) {
    guard let memory = pouch_memory_allocate(max(capacity, 1)) else {
      fatalError("there is no memory for \(capacity) bytes")
    }
    self.init(memory, capacity)
  }

  private init(_ memory: UnsafeMutableRawPointer, _ capacity: Int) {
    base = memory
    self.capacity = capacity
  }

  deinit {
    if !hasMoved { pouch_memory_free(base) }
  }

  /// The same memory with another capacity; large blocks move without being copied.
  ///
  /// Called by the sole owner, which must drop this storage for the one that it gets.
  ///
  /// - Returns: nil when the system has no such memory; nothing has changed then.
  func resized(to capacity: Int) -> ByteStorage? {
    guard let memory = pouch_memory_resize(base, max(capacity, 1)) else { return nil }
    hasMoved = true
    return ByteStorage(memory, capacity)
  }
}
