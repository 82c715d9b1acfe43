internal import CPouchSystem

/// An immutable run of bytes that shares its memory with every slice taken of it.
///
/// A delivery's payload is one of these: a view into the buffer that the kernel filled, not a
/// copy. Keeping a slice keeps the whole buffer alive; `init(copying:)` makes a copy of its own.
public struct Bytes: Sendable {
  @usableFromInline var storage: ByteStorage?
  @usableFromInline var offset: Int

  @usableFromInline var length: Int

  /// The number of bytes.
  @inlinable
  public var count: Int { length }

  @inlinable
  init(storage: ByteStorage?, offset: Int, count: Int) {
    self.storage = storage
    self.offset = offset
    length = count
  }

  /// No bytes.
  @inlinable
  public init() {
    self.init(storage: nil, offset: 0, count: 0)
  }

  /// A copy of the bytes that `source` points at.
  public init(copying source: UnsafeRawBufferPointer) {
    guard let start = source.baseAddress, source.count > 0 else {
      self.init()
      return
    }
    let storage = ByteStorage(capacity: source.count)
    storage.base.copyMemory(from: start, byteCount: source.count)
    self.init(storage: storage, offset: 0, count: source.count)
  }

  /// A copy of `array`.
  public init(_ array: [UInt8]) {
    self = array.withUnsafeBytes { Bytes(copying: $0) }
  }

  /// A copy of the UTF-8 form of `text`.
  public init(utf8 text: String) {
    var text = text
    self = text.withUTF8 { Bytes(copying: UnsafeRawBufferPointer($0)) }
  }

  @inlinable
  public var isEmpty: Bool { count == 0 }

  /// Where the first byte stands in the memory that this value keeps alive.
  package var startInMemory: Int { offset }

  /// The size of the memory that this value keeps alive, in bytes.
  package var capacity: Int { storage?.capacity ?? 0 }

  /// Calls `body` with the bytes, which must not be used after it returns.
  @inlinable
  public func withUnsafeBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    // The value itself is kept alive, not its storage under another name: that would be counted.
    defer { extendLifetime(self) }
    guard let base = storage?.base else {
      return try body(UnsafeRawBufferPointer(start: nil, count: 0))
    }
    return try body(UnsafeRawBufferPointer(start: base + offset, count: count))
  }

  /// The byte at `index`, counted from 0.
  @inlinable
  public subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count, "index out of range")
    return withUnsafeBytes { $0[index] }
  }

  /// The bytes of `range`, counted from 0, sharing this value's memory.
  @inlinable
  public subscript(range: Range<Int>) -> Bytes {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range out of bounds")
    return Bytes(storage: storage, offset: offset + range.lowerBound, count: range.count)
  }

  /// The first `length` bytes, or all of them where there are fewer.
  @inlinable
  public func prefix(_ length: Int) -> Bytes { self[0..<min(length, count)] }

  /// What is left after `length` bytes, or nothing where there are fewer.
  @inlinable
  public func dropFirst(_ length: Int) -> Bytes { self[min(length, count)..<count] }

  /// What is left without the last `length` bytes, or nothing where there are fewer.
  @inlinable
  public func dropLast(_ length: Int) -> Bytes { self[0..<max(0, count - length)] }

  /// The bytes as an array of their own.
  public var array: [UInt8] { withUnsafeBytes { Array($0) } }

  /// The bytes read as UTF-8, with invalid sequences repaired.
  public var text: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
}

extension Bytes: Hashable {
  public static func == (left: Bytes, right: Bytes) -> Bool {
    guard left.count == right.count else { return false }
    return left.withUnsafeBytes { left in
      right.withUnsafeBytes { right in
        guard let first = left.baseAddress, let second = right.baseAddress else { return true }
        return left.isEmpty || pouch_memory_equal(first, second, left.count)
      }
    }
  }

  public func hash(into hasher: inout Hasher) {
    withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}

extension Bytes: CustomStringConvertible {
  /// The size alone: payload does not belong in logs.
  public var description: String { "\(count) bytes" }
}
