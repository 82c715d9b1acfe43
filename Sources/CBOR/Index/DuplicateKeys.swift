/// Finds a key that a map holds twice, comparing in the data model and not by encoding.
struct DuplicateKeys {
  /// A key's bytes in their deterministic encoding.
  private struct Key {
    var offset: Int
    /// Where the canonical bytes lie: in the document, or in `rewritten`.
    var start: Int
    var count: Int
    var isRewritten: Bool
    /// The first eight of the bytes, which tell most keys apart.
    var prefix: UInt64
  }

  private var keys: ContiguousArray<Key> = []
  /// The canonical forms of keys that were not written in it.
  private var rewritten: ContiguousArray<UInt8> = []

  /// Gives back memory for more keys than these.
  mutating func trim(to wanted: Int) {
    if keys.capacity > wanted { keys = [] }
    if rewritten.capacity > wanted { rewritten = [] }
  }

  /// The offset of the first key that is there already.
  mutating func firstDuplicate(
    in map: ItemCursor, end: Int, base: UnsafePointer<UInt8>, count: Int,
    records: UnsafePointer<ContainerRecord>?
  ) -> Int? {
    let head = Head(validated: base + map.offset)
    guard head.argument != 1 else { return nil }
    keys.removeAll(keepingCapacity: true)
    rewritten.removeAll(keepingCapacity: true)
    let stop = head.isIndefinite ? end - 1 : end
    var cursor = ItemCursor(offset: map.offset + head.size, record: map.record + 1)
    while cursor.offset < stop {
      let value = DocumentWalk.after(cursor, base: base, records: records)
      append(from: cursor.offset, to: value.offset, base: base, end: count)
      cursor = DocumentWalk.after(value, base: base, records: records)
    }
    return rewritten.withUnsafeBufferPointer { rewritten in
      keys.count <= 12
        ? amongFew(base, rewritten.baseAddress) : amongMany(base, rewritten.baseAddress)
    }
  }

  @inline(__always)
  private mutating func append(
    from start: Int, to stop: Int, base: UnsafePointer<UInt8>, end: Int
  ) {
    if DuplicateKeys.isCanonical(Head(validated: base + start)) {
      let count = stop &- start
      keys.append(
        Key(
          offset: start, start: start, count: count, isRewritten: false,
          prefix: DuplicateKeys.prefix(base + start, count, readable: end &- start)))
    } else {
      appendRewritten(from: start, to: stop, base: base)
    }
  }

  private mutating func appendRewritten(
    from start: Int, to end: Int, base: UnsafePointer<UInt8>
  ) {
    let bytes = UnsafeRawBufferPointer(start: base + start, count: end - start)
    // The key has been checked, duplicates inside it included.
    var limits = DecodingLimits(depth: .max)
    limits.allowsDuplicateKeys = true
    guard let value = try? Value(decoding: bytes, limits: limits) else { return }
    let canonical = value.encoded(deterministic: true)
    keys.append(
      Key(
        offset: start, start: rewritten.count, count: canonical.count, isRewritten: true,
        prefix: canonical.withUnsafeBufferPointer {
          $0.baseAddress.map {
            DuplicateKeys.prefix($0, canonical.count, readable: canonical.count)
          } ?? 0
        }))
    rewritten.append(contentsOf: canonical)
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

  private static func bytes(
    _ key: Key, _ base: UnsafePointer<UInt8>, _ rewritten: UnsafePointer<UInt8>?
  ) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: (key.isRewritten ? rewritten : base).map { $0 + key.start }, count: key.count)
  }

  private func amongFew(
    _ base: UnsafePointer<UInt8>, _ rewritten: UnsafePointer<UInt8>?
  ) -> Int? {
    for later in keys.indices {
      let key = keys[later]
      for earlier in 0..<later
      where keys[earlier].prefix == key.prefix && keys[earlier].count == key.count {
        let other = DuplicateKeys.bytes(keys[earlier], base, rewritten)
        if DuplicateKeys.bytes(key, base, rewritten).elementsEqual(other) { return key.offset }
      }
    }
    return nil
  }

  private mutating func amongMany(
    _ base: UnsafePointer<UInt8>, _ rewritten: UnsafePointer<UInt8>?
  ) -> Int? {
    keys.sort { left, right in
      if left.prefix != right.prefix { return left.prefix < right.prefix }
      if left.count != right.count { return left.count < right.count }
      return DuplicateKeys.bytes(left, base, rewritten)
        .lexicographicallyPrecedes(DuplicateKeys.bytes(right, base, rewritten))
    }
    let offsets = zip(keys, keys.dropFirst()).compactMap { left, right -> Int? in
      guard left.prefix == right.prefix, left.count == right.count,
        DuplicateKeys.bytes(left, base, rewritten)
          .elementsEqual(DuplicateKeys.bytes(right, base, rewritten))
      else { return nil }
      return max(left.offset, right.offset)
    }
    return offsets.min()
  }
}
