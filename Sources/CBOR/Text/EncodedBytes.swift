/// Reads the bytes of one item that is known to be well-formed, from the first to the last, without
/// an index.
struct EncodedBytes {
  let base: UnsafePointer<UInt8>

  /// - Parameter bytes: What the decoder has checked, or this module has written.
  init?(validated bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return nil }
    base = start.assumingMemoryBound(to: UInt8.self)
  }

  init(_ base: UnsafePointer<UInt8>) { self.base = base }

  @inline(__always)
  func head(at offset: Int) -> Head { Head(validated: base + offset) }

  /// The content of a string, whole or in its chunks.
  @inline(__always)
  func chunks(_ head: Head, at offset: Int) -> Chunks { Chunks(base, head, at: offset) }

  struct Chunks {
    private let base: UnsafePointer<UInt8>
    private let isIndefinite: Bool
    /// Of the next chunk; nil behind the only one.
    private var count: Int?
    /// Where the string ends, once there is no next chunk.
    private(set) var end: Int

    @inline(__always)
    fileprivate init(_ base: UnsafePointer<UInt8>, _ head: Head, at offset: Int) {
      self.base = base
      isIndefinite = head.isIndefinite
      count = head.isIndefinite ? nil : Int(truncatingIfNeeded: head.argument)
      end = offset &+ head.size
    }

    mutating func next() -> UnsafeRawBufferPointer? {
      if isIndefinite {
        guard base[end] != Initial.break else {
          end += 1
          return nil
        }
        let head = Head(validated: base + end)
        count = Int(truncatingIfNeeded: head.argument)
        end += head.size
      }
      guard let count else { return nil }
      defer {
        end += count
        self.count = nil
      }
      return UnsafeRawBufferPointer(start: base + end, count: count)
    }
  }

  /// The content of a definite string.
  @inline(__always)
  func chunk(_ head: Head, at offset: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: base + offset + head.size, count: Int(truncatingIfNeeded: head.argument))
  }

  /// How many bytes a string holds, and where it ends.
  func measure(_ head: Head, at offset: Int) -> (count: Int, end: Int) {
    var count = 0
    var chunks = chunks(head, at: offset)
    while let chunk = chunks.next() { count += chunk.count }
    return (count, chunks.end)
  }

  /// A string's content, and where the string ends.
  func content(_ head: Head, at offset: Int) -> (bytes: [UInt8], end: Int) {
    var bytes: [UInt8] = []
    var chunks = chunks(head, at: offset)
    while let chunk = chunks.next() { bytes.append(contentsOf: chunk) }
    return (bytes, chunks.end)
  }

  /// The value of a number, a boolean, null or another simple value.
  func scalar(_ head: Head) -> Value {
    switch head.major {
    case MajorType.unsigned: .unsigned(head.argument)
    case MajorType.negative: .negative(head.argument)
    default:
      switch head.initial {
      case Initial.false: .boolean(false)
      case Initial.true: .boolean(true)
      case Initial.null: .null
      case Initial.undefined: .undefined
      case Initial.half, Initial.single, Initial.double: .float(head.float)
      default: .simple(UInt8(truncatingIfNeeded: head.argument))
      }
    }
  }

  /// The item at a place and where it ends, if it is of a few items at most: no more is needed of
  /// what a tag gives a meaning to.
  ///
  /// - Parameter longest: The longest string in it, in bytes.
  func small(
    at offset: Int, items most: Int = 8, longest: Int = 4096
  ) -> (value: Value, end: Int)? {
    var left = most
    guard let end = passed(offset, &left, longest) else { return nil }
    let bytes = UnsafeRawBufferPointer(start: base + offset, count: end - offset)
    guard let value = try? Value(decoding: bytes, limits: .none) else { return nil }
    return (value, end)
  }

  /// Where an item ends that holds no more items than are left. Recursion is as deep as that.
  private func passed(_ offset: Int, _ left: inout Int, _ longest: Int) -> Int? {
    left -= 1
    guard left >= 0 else { return nil }
    let head = head(at: offset)
    switch head.major {
    case MajorType.bytes, MajorType.text:
      let (count, end) = measure(head, at: offset)
      return count <= longest ? end : nil
    case MajorType.array, MajorType.map, MajorType.tag: break
    default: return offset + head.size
    }
    var offset = offset + head.size
    if head.isIndefinite {
      while base[offset] != Initial.break {
        guard let end = passed(offset, &left, longest) else { return nil }
        offset = end
      }
      return offset + 1
    }
    guard let items = Containers.items(of: head), items <= left else { return nil }
    for _ in 0..<items {
      guard let end = passed(offset, &left, longest) else { return nil }
      offset = end
    }
    return offset
  }
}

enum Containers {
  /// How many items a head opens; nil where only a break tells.
  @inline(__always)
  static func items(of head: Head) -> Int? {
    if head.isIndefinite { return nil }
    return switch head.major {
    case MajorType.array: Int(truncatingIfNeeded: head.argument)
    case MajorType.map: Int(truncatingIfNeeded: head.argument) &* 2
    default: 1
    }
  }
}
