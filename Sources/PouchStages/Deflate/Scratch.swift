import Glibc
import PouchCore

/// Memory that a codec works in and keeps from frame to frame.
///
/// It grows in place where the system can move pages, so that a large result is never held twice
/// while it grows; the memory of an unusually large frame is given back.
struct Scratch: ~Copyable {
  /// More than this is not kept for the next frame.
  static let kept = 1 << 20

  private(set) var base: UnsafeMutableRawPointer?
  private(set) var capacity = 0

  /// Makes room for `length` bytes and keeps what is there.
  ///
  /// - Throws: `.limitExceeded` when the system has no memory left.
  mutating func grow(to length: Int) throws(PouchError) {
    guard length > capacity else { return }
    guard let larger = realloc(base, length) else {
      throw PouchError(.limitExceeded, "there is no memory for a body of \(length) bytes")
    }
    base = larger
    capacity = length
  }

  /// Gives back what is too much to keep.
  mutating func trim() {
    guard capacity > Scratch.kept else { return }
    free(base)
    base = nil
    capacity = 0
  }

  /// The first `length` bytes, until the next growth.
  borrowing func prefix(_ length: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base, count: length)
  }

  deinit {
    free(base)
  }
}
