/// A block of memory that `ByteBuffer` fills and that `Bytes` slices share.
///
/// The one place in the package where payload memory is allocated and freed.
///
/// `@unchecked Sendable`: a byte is written once, through the `ByteBuffer` that owns the region
/// past its write position, before any `Bytes` covers it; what a `Bytes` covers is never written
/// again while that slice lives, because a buffer recycles memory only when it is its sole owner.
@usableFromInline
final class ByteStorage: @unchecked Sendable {
  @usableFromInline let base: UnsafeMutableRawPointer
  @usableFromInline let capacity: Int

  @usableFromInline
  init(capacity: Int) {
    self.capacity = capacity
    base = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit {
    base.deallocate()
  }
}
