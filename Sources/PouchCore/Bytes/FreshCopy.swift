extension UnsafeMutableRawPointer {
  /// Copies bytes that were written just now: an object that its sender has hardly finished.
  ///
  /// Up to 256 bytes go over in pieces of 16, which processors hand on straight from the stores that
  /// wrote them. `memcpy` reads 32 or 64 bytes at a time where it can, and has to wait until pieces
  /// that were stored one by one have reached the cache.
  ///
  /// The two may not overlap.
  @inlinable @inline(__always)
  package func copyFresh(from source: UnsafeRawPointer, byteCount count: Int) {
    guard count >= 16, count <= 256 else { return copyMemory(from: source, byteCount: count) }
    let last = count &- 16
    var offset = 0
    while offset < last {
      copy16(from: source, at: offset)
      offset &+= 16
    }
    // The last piece may go over some bytes a second time.
    copy16(from: source, at: last)
  }

  @inlinable @inline(__always)
  func copy16(from source: UnsafeRawPointer, at offset: Int) {
    let piece = source.loadUnaligned(fromByteOffset: offset, as: SIMD2<UInt64>.self)
    storeBytes(of: piece, toByteOffset: offset, as: SIMD2<UInt64>.self)
  }
}
