#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Memory for plain elements that grows, and can be kept for the next use.
struct Room<Element: BitwiseCopyable>: ~Copyable {
  private(set) var base: UnsafeMutablePointer<Element>
  private(set) var capacity: Int

  init(capacity: Int) {
    guard let base = Self.resized(nil, to: capacity) else { fatalError("out of memory") }
    self.base = base
    self.capacity = capacity
  }

  deinit { free(base) }

  /// Doubles the room and keeps the elements.
  @inline(never)
  mutating func grow() {
    guard tryToGrow() else { fatalError("out of memory") }
  }

  /// Doubles the room and keeps the elements, if there is memory.
  ///
  /// - Returns: Whether there was.
  @inline(never)
  mutating func tryToGrow() -> Bool {
    let (doubled, overflow) = capacity.multipliedReportingOverflow(by: 2)
    guard !overflow, let moved = Self.resized(base, to: doubled) else { return false }
    base = moved
    capacity = doubled
    return true
  }

  /// Gives back memory that is more than wanted to keep; the elements are lost.
  mutating func trim(to wanted: Int) {
    guard capacity > wanted, let moved = Self.resized(base, to: wanted) else { return }
    base = moved
    capacity = wanted
  }

  /// Large memory is moved by the system without being copied.
  private static func resized(
    _ base: UnsafeMutablePointer<Element>?, to capacity: Int
  ) -> UnsafeMutablePointer<Element>? {
    let (size, overflow) = capacity.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    guard !overflow else { return nil }
    return realloc(base, max(size, 1))?.bindMemory(to: Element.self, capacity: capacity)
  }
}
