#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The memory of a tree of values, counted against what its source may take.
struct TreeSize {
  /// Trees of this size are always allowed, in bytes.
  static let free = 64 << 20
  /// What a value takes where it stands, in bytes.
  static let item = 16
  /// What a container takes beside its items: a node, and an array with its header.
  static let container = 96
  /// The most that one byte can become: an array in an array.
  private static let most = item + container
  /// For so much memory the system is not asked first.
  private static let unasked = 16 << 20
  /// Text up to this length is in the value itself.
  private static let longestInline = 15
  /// The header of text or bytes that are not, as the allocator rounds it.
  private static let string = 48

  private let limit: Int
  private(set) var bytes = 0

  /// - Parameter source: How many bytes the tree is read from.
  init(_ limits: DecodingLimits, source: Int) {
    let (product, overflow) = max(limits.expansion, 0).multipliedReportingOverflow(by: source)
    limit = overflow ? Int.max / 2 : min(max(product, Self.free), Int.max / 2)
  }

  static func ofText(_ count: Int) -> Int { count > longestInline ? string + count : 0 }

  static func ofBytes(_ count: Int) -> Int { count > 0 ? string + count : 0 }

  @inline(__always)
  mutating func add(_ size: Int, at offset: Int) throws(CBORError) {
    bytes &+= size
    // The outermost container is no matter of proportion.
    if bytes > limit &+ Self.most { throw excess(offset) }
  }

  private func excess(_ offset: Int) -> CBORError {
    CBORError(
      .itemsExceeded, "more items than a tree of values may hold in \(limit) bytes of memory",
      offset: offset)
  }

  /// Whether a tree of so many bytes of CBOR cannot be too large.
  @inline(__always)
  static func isSurelyFree(_ count: Int) -> Bool { count <= free / most }

  /// Counts the tree of an item that is known to be well-formed, before it is built.
  ///
  /// - Parameters:
  ///   - item: The item's bytes.
  ///   - offset: Where they begin in their document.
  /// - Throws: `itemsExceeded` where there is no more room for it; `outOfMemory` where the system
  ///   says that it has none.
  mutating func add(
    treeOf item: UnsafeRawBufferPointer, at place: Int
  ) throws(CBORError) {
    guard let bytes = EncodedBytes(validated: item) else { return }
    let before = self.bytes
    var offset = 0
    while offset < item.count {
      let head = bytes.head(at: offset)
      var size = Self.item
      var end = offset + head.size
      switch head.major {
      case MajorType.array, MajorType.map:
        if head.argument > 0 || head.isIndefinite { size += Self.container }
      case MajorType.tag: size += Self.container
      case MajorType.bytes, MajorType.text:
        let isText = head.major == MajorType.text
        let count: Int
        (count, end) = bytes.measure(head, at: offset)
        size += isText ? Self.ofText(count) : Self.ofBytes(count)
      default: if head.initial == Initial.break { size = 0 }
      }
      try add(size, at: place + offset)
      offset = end
    }
    if self.bytes - before > Self.unasked { try Self.checkMemory(self.bytes - before) }
  }

  /// Asks the system for memory and gives it back: what is refused here need not be tried.
  static func checkMemory(_ size: Int) throws(CBORError) {
    guard
      let memory = mmap(
        nil, max(size, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      memory != UnsafeMutableRawPointer(bitPattern: -1)
    else {
      throw CBORError(.outOfMemory, "there is no memory for a tree of values of \(size) bytes")
    }
    munmap(memory, max(size, 1))
  }
}
