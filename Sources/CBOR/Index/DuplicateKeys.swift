/// Finds a key that a map holds twice, comparing in the data model and not by encoding.
struct DuplicateKeys {
  /// What going through the keys of a map has found, with the offset of a key.
  enum Finding {
    case nothing
    case duplicate(Int)
    /// Keys in keys hold too much to be compared again at every level.
    case excess(Int)
  }

  /// A key's bytes in their deterministic encoding.
  private struct Key: BitwiseCopyable {
    /// The offset of a key that is written in it; for others the complement of an index.
    var place: Int
    /// The first eight of the bytes, which tell most keys apart.
    var prefix: UInt64
  }

  /// A key that was not written in its deterministic encoding.
  private struct Rewritten: BitwiseCopyable {
    var offset: Int
    /// Where its bytes lie in `content`.
    var start: Int
    var count: Int
  }

  private var keys: ContiguousArray<Key> = []
  private var rewritten: ContiguousArray<Rewritten> = []
  /// The bytes of those, one behind the other.
  private var content: ContiguousArray<UInt8> = []
  /// How many more bytes may be rewritten: those of a key in a key are it again for every level.
  private var left = 0

  /// Begins with a document.
  ///
  /// - Parameter size: Of the document, in bytes.
  @inline(__always)
  mutating func start(size: Int) { left = size &* 8 &+ 65_536 }

  /// Gives back memory for more keys than these.
  mutating func trim(to wanted: Int) {
    if keys.capacity > wanted { keys = [] }
    if rewritten.capacity > wanted { rewritten = [] }
    if content.capacity > wanted { content = [] }
  }

  /// Looks for the first key that is there already.
  mutating func firstDuplicate(
    in map: ItemCursor, end: Int, base: UnsafePointer<UInt8>, count: Int,
    records: UnsafePointer<ContainerRecord>?
  ) -> Finding {
    let head = Head(validated: base + map.offset)
    guard head.argument != 1 else { return .nothing }
    keys.removeAll(keepingCapacity: true)
    rewritten.removeAll(keepingCapacity: true)
    content.removeAll(keepingCapacity: true)
    // Growing would take twice what is needed, and leave as much behind.
    if head.argument > 1024 { keys.reserveCapacity(Int(truncatingIfNeeded: head.argument)) }
    let stop = head.isIndefinite ? end - 1 : end
    var cursor = ItemCursor(offset: map.offset + head.size, record: map.record + 1)
    while cursor.offset < stop {
      let value = DocumentWalk.after(cursor, base: base, records: records)
      guard append(from: cursor.offset, to: value.offset, base: base, end: count) else {
        return .excess(cursor.offset)
      }
      cursor = DocumentWalk.after(value, base: base, records: records)
    }
    let duplicate = content.withUnsafeBufferPointer { content in
      keys.count <= 12 ? amongFew(base, content.baseAddress) : amongMany(base, content.baseAddress)
    }
    return duplicate.map { Finding.duplicate($0) } ?? .nothing
  }

  /// - Returns: Whether the key could be taken.
  @inline(__always)
  private mutating func append(
    from start: Int, to stop: Int, base: UnsafePointer<UInt8>, end: Int
  ) -> Bool {
    guard DuplicateKeys.isCanonical(Head(validated: base + start)) else {
      return appendRewritten(from: start, to: stop, base: base)
    }
    keys.append(
      Key(
        place: start,
        prefix: DuplicateKeys.prefix(base + start, stop &- start, readable: end &- start)))
    return true
  }

  private mutating func appendRewritten(
    from start: Int, to end: Int, base: UnsafePointer<UInt8>
  ) -> Bool {
    left -= end - start
    let bytes = UnsafeRawBufferPointer(start: base + start, count: end - start)
    // The key has been checked, duplicates inside it included.
    let limits = DecodingLimits(depth: .max, items: .max, allowsDuplicateKeys: true)
    guard left >= 0, let value = try? Value(decoding: bytes, limits: limits) else { return false }
    let canonical = value.encoded(deterministic: true)
    keys.append(
      Key(
        place: ~rewritten.count,
        prefix: canonical.withUnsafeBufferPointer {
          $0.baseAddress.map {
            DuplicateKeys.prefix($0, canonical.count, readable: canonical.count)
          } ?? 0
        }))
    rewritten.append(Rewritten(offset: start, start: content.count, count: canonical.count))
    content.append(contentsOf: canonical)
    return true
  }

  /// Whether a key's bytes are their own deterministic encoding, as far as one head tells.
  @inline(__always)
  static func isCanonical(_ head: Head) -> Bool {
    switch head.major {
    case MajorType.unsigned, MajorType.negative, MajorType.bytes, MajorType.text:
      return head.isPreferred
    case MajorType.simple: return head.initial < Initial.half
    default: return false
    }
  }

  /// The first eight bytes as a number in their order, padded with zeros.
  @inline(__always)
  private static func prefix(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, readable: Int
  ) -> UInt64 {
    if readable >= 8 {
      let word = UInt64(bigEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
      let unused = UInt64(truncatingIfNeeded: 8 &* (8 &- min(count, 8)))
      return (word &>> unused) &<< unused
    }
    var prefix: UInt64 = 0
    for index in 0..<count { prefix = prefix &<< 8 | UInt64(bytes[index]) }
    return prefix &<< UInt64(truncatingIfNeeded: 8 &* (8 &- count))
  }

  private func bytes(
    _ key: Key, _ base: UnsafePointer<UInt8>, _ content: UnsafePointer<UInt8>?
  ) -> UnsafeRawBufferPointer {
    guard key.place < 0 else {
      let head = Head(validated: base + key.place)
      let isString = head.major == MajorType.bytes || head.major == MajorType.text
      return UnsafeRawBufferPointer(
        start: base + key.place,
        count: head.size + (isString ? Int(truncatingIfNeeded: head.argument) : 0))
    }
    let key = rewritten[~key.place]
    return UnsafeRawBufferPointer(start: content.map { $0 + key.start }, count: key.count)
  }

  private func offset(_ key: Key) -> Int {
    key.place < 0 ? rewritten[~key.place].offset : key.place
  }

  private func areEqual(
    _ left: Key, _ right: Key, _ base: UnsafePointer<UInt8>, _ content: UnsafePointer<UInt8>?
  ) -> Bool {
    guard left.prefix == right.prefix else { return false }
    let (left, right) = (bytes(left, base, content), bytes(right, base, content))
    return left.count == right.count && left.elementsEqual(right)
  }

  private func amongFew(
    _ base: UnsafePointer<UInt8>, _ content: UnsafePointer<UInt8>?
  ) -> Int? {
    for later in keys.indices {
      for earlier in 0..<later where areEqual(keys[earlier], keys[later], base, content) {
        return offset(keys[later])
      }
    }
    return nil
  }

  private mutating func amongMany(
    _ base: UnsafePointer<UInt8>, _ content: UnsafePointer<UInt8>?
  ) -> Int? {
    // Sorted apart, since the comparison looks into what else is here.
    var sorted: ContiguousArray<Key> = []
    swap(&sorted, &keys)
    sorted.sort { left, right in
      if left.prefix != right.prefix { return left.prefix < right.prefix }
      let (left, right) = (bytes(left, base, content), bytes(right, base, content))
      if left.count != right.count { return left.count < right.count }
      return left.lexicographicallyPrecedes(right)
    }
    var first: Int?
    for index in sorted.indices.dropFirst()
    where areEqual(sorted[index - 1], sorted[index], base, content) {
      let later = max(offset(sorted[index - 1]), offset(sorted[index]))
      first = min(first ?? later, later)
    }
    swap(&sorted, &keys)
    return first
  }
}
