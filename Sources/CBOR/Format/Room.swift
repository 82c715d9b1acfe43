/// Memory for plain elements that grows, and can be kept for the next use.
struct Room<Element: BitwiseCopyable>: ~Copyable {
  private(set) var base: UnsafeMutablePointer<Element>
  private(set) var capacity: Int

  init(capacity: Int) {
    self.capacity = capacity
    base = .allocate(capacity: capacity)
  }

  deinit { base.deallocate() }

  /// Doubles the room and keeps what the first `count` elements are.
  @inline(never)
  mutating func grow(keeping count: Int) { move(to: capacity * 2, keeping: count) }

  /// Gives back memory that is more than wanted to keep; the elements are lost.
  mutating func trim(to wanted: Int) {
    if capacity > wanted { move(to: wanted, keeping: 0) }
  }

  private mutating func move(to capacity: Int, keeping count: Int) {
    let moved = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    moved.update(from: base, count: count)
    base.deallocate()
    base = moved
    self.capacity = capacity
  }
}
