/// A growable buffer with one owner: bytes are appended at its end and taken from its front.
///
/// What is taken as `Bytes` shares the buffer's memory. The buffer reuses memory only when no
/// slice of it is alive, so taking is free and safe.
public struct ByteBuffer: ~Copyable, Sendable {
  @usableFromInline var storage: ByteStorage?
  @usableFromInline var start = 0
  @usableFromInline var end = 0

  /// An empty buffer that can take `capacity` bytes before it allocates again.
  public init(capacity: Int = 0) {
    if capacity > 0 { storage = ByteStorage(capacity: capacity) }
  }

  /// An empty buffer of `capacity` bytes, in the memory of `spent` when that is large enough and
  /// nobody else holds it; `spent` is empty afterwards.
  package init(recycling spent: inout Bytes, capacity: Int) {
    if spent.capacity < capacity || !isKnownUniquelyReferenced(&spent.storage) {
      spent = Bytes()
      storage = ByteStorage(capacity: capacity)
    } else {
      storage = spent.storage
      spent = Bytes()
    }
  }

  /// A buffer that reads `bytes` and appends behind them in the same memory. The caller vouches
  /// that nobody else appends there.
  package init(adopting bytes: consuming Bytes) {
    storage = bytes.storage
    start = bytes.offset
    end = bytes.offset + bytes.count
  }

  /// The number of bytes that can be read.
  @inlinable
  public var count: Int { end - start }

  @inlinable
  public var isEmpty: Bool { end == start }

  /// How many bytes can be appended before memory must be found.
  @inlinable
  public var spare: Int { (storage?.capacity ?? 0) - end }

  // MARK: Reading

  /// Calls `body` with the readable bytes, which must not be used after it returns.
  @inlinable
  public borrowing func withUnsafeBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    // Here and below the buffer is kept alive, not its storage under a name of its own: that would
    // be counted.
    defer { extendLifetime(self) }
    guard let base = storage?.base else {
      return try body(UnsafeRawBufferPointer(start: nil, count: 0))
    }
    return try body(UnsafeRawBufferPointer(start: base + start, count: end - start))
  }

  /// Removes the first `length` bytes.
  @inlinable
  public mutating func discard(_ length: Int) {
    precondition(length >= 0 && length <= count, "more than the buffer holds")
    start += length
  }

  /// Removes the first `length` bytes and returns them, sharing this buffer's memory.
  @inlinable
  public mutating func take(_ length: Int) -> Bytes {
    precondition(length >= 0 && length <= count, "more than the buffer holds")
    defer { start += length }
    return Bytes(storage: storage, offset: start, count: length)
  }

  /// The readable bytes from `position` on, `length` of them, without removing them.
  @inlinable
  public borrowing func peek(_ position: Int, _ length: Int) -> Bytes {
    precondition(position >= 0 && length >= 0 && position + length <= count, "out of bounds")
    return Bytes(storage: storage, offset: start + position, count: length)
  }

  /// Everything that is left, as immutable bytes.
  public consuming func freeze() -> Bytes {
    Bytes(storage: storage, offset: start, count: end - start)
  }

  /// Removes everything.
  @inlinable
  public mutating func removeAll() {
    start = 0
    end = 0
    if storage != nil, !isKnownUniquelyReferenced(&storage) { storage = nil }
  }

  /// Removes everything behind the first `length` bytes.
  @inlinable
  public mutating func truncate(to length: Int) {
    precondition(length >= 0 && length <= count, "more than the buffer holds")
    guard length < count else { return }
    end = start + length
    // A slice of what was removed must not see it overwritten.
    if storage != nil, !isKnownUniquelyReferenced(&storage) { makeRoom(0) }
  }

  // MARK: Writing

  /// Makes room for `length` more bytes.
  ///
  /// Moves what is readable to the front when this buffer alone holds the memory and that is
  /// enough, and otherwise moves into memory of twice the size or more.
  @inlinable
  public mutating func reserve(_ length: Int) {
    if spare < length { makeRoom(length) }
  }

  /// Makes room for `length` more bytes, or for as few as `least` where that needs no new memory.
  package mutating func reserve(_ length: Int, orAtLeast least: Int) {
    if spare >= least { return }
    let capacity = storage?.capacity ?? 0
    makeRoom(capacity - count >= least && isKnownUniquelyReferenced(&storage) ? least : length)
  }

  @usableFromInline
  mutating func makeRoom(_ length: Int) {
    let readable = count
    let capacity = storage?.capacity ?? 0
    // Asked before the storage is bound to a name, which would count as a second reference.
    if readable + length <= capacity, isKnownUniquelyReferenced(&storage), let current = storage {
      current.base.copyMemory(from: current.base + start, byteCount: readable)
    } else {
      // Double only what is still in use: memory that slices hold says nothing about need.
      let wanted = max(readable + length, min(capacity, 1 << 20), readable * 2, 64)
      let fresh = ByteStorage(capacity: wanted)
      if let current = storage {
        fresh.base.copyMemory(from: current.base + start, byteCount: readable)
      }
      storage = fresh
    }
    start = 0
    end = readable
  }

  /// Lets `body` fill spare memory of at least `minimum` bytes; it returns how many it wrote.
  @inlinable
  public mutating func fill<E: Error>(
    minimum: Int, _ body: (UnsafeMutableRawBufferPointer) throws(E) -> Int
  ) throws(E) -> Int {
    reserve(max(minimum, 1))
    defer { extendLifetime(self) }
    guard let base = storage?.base else { return 0 }
    let room = UnsafeMutableRawBufferPointer(start: base + end, count: spare)
    let written = try body(room)
    precondition(written >= 0 && written <= room.count, "wrote past the buffer")
    end += written
    return written
  }

  /// Appends what `source` points at.
  @inlinable
  public mutating func append(_ source: UnsafeRawBufferPointer) {
    guard let from = source.baseAddress, source.count > 0 else { return }
    reserve(source.count)
    defer { extendLifetime(self) }
    guard let base = storage?.base else { return }
    (base + end).copyMemory(from: from, byteCount: source.count)
    end += source.count
  }

  /// Appends `value` in network byte order, and behind it what `source` points at.
  @inlinable @inline(__always)
  package mutating func append(bigEndian value: UInt32, then source: UnsafeRawBufferPointer) {
    let length = source.count &+ 4
    reserve(length)
    defer { extendLifetime(self) }
    guard let base = storage?.base else { return }
    let target = base + end
    target.storeBytes(of: value.bigEndian, as: UInt32.self)
    if let from = source.baseAddress {
      (target + 4).copyFresh(from: from, byteCount: source.count)
    }
    end += length
  }

  @inlinable
  public mutating func append(_ bytes: Bytes) {
    bytes.withUnsafeBytes { append($0) }
  }

  @inlinable
  public mutating func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { append($0) }
  }

  /// Appends the UTF-8 form of `text`.
  public mutating func append(utf8 text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  /// Appends `length` zeros, to be overwritten.
  package mutating func appendZeros(_ length: Int) {
    reserve(length)
    defer { extendLifetime(self) }
    guard let base = storage?.base else { return }
    (base + end).initializeMemory(as: UInt8.self, repeating: 0, count: length)
    end += length
  }

  /// Appends `value` in network byte order.
  @inlinable
  public mutating func append<T: FixedWidthInteger>(bigEndian value: T) {
    reserve(MemoryLayout<T>.size)
    defer { extendLifetime(self) }
    guard let base = storage?.base else { return }
    (base + end).storeBytes(of: value.bigEndian, as: T.self)
    end += MemoryLayout<T>.size
  }

  /// Lets `body` change `count` readable bytes from `position` on, of which no slice was taken.
  @inlinable
  package mutating func withUnsafeMutableBytes<E: Error>(
    at position: Int, count length: Int,
    _ body: (UnsafeMutableRawBufferPointer) throws(E) -> Void
  ) throws(E) {
    precondition(position >= 0 && length >= 0 && position + length <= count, "out of bounds")
    defer { extendLifetime(self) }
    guard let base = storage?.base else { return }
    try body(
      UnsafeMutableRawBufferPointer(start: base + start + position, count: length))
  }

  /// Overwrites readable bytes from `position` on with `value` in network byte order.
  @inlinable
  public mutating func overwrite<T: FixedWidthInteger>(_ value: T, at position: Int) {
    precondition(position >= 0 && position + MemoryLayout<T>.size <= count, "out of bounds")
    defer { extendLifetime(self) }
    guard let base = storage?.base else { return }
    (base + start + position).storeBytes(of: value.bigEndian, as: T.self)
  }
}

extension UnsafeRawBufferPointer {
  /// The integer at `offset`, read in network byte order; the caller has checked the bounds.
  @inlinable
  public func bigEndian<T: FixedWidthInteger>(_ offset: Int, as type: T.Type = T.self) -> T {
    T(bigEndian: loadUnaligned(fromByteOffset: offset, as: T.self))
  }
}
