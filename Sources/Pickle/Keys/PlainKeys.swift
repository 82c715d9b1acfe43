internal import CBOR

/// A hash table of the keys that nearly all are: text, bytes and integers of 64 bits, which are
/// equal when they are the same value.
struct PlainKeys {
  /// Open addressing: half a hash, and the index of a key plus one; 0 is free.
  private var slots: [UInt64] = []

  /// Whether two keys are equal, or nil where they are not both plain.
  @inline(__always)
  static func areEqual(_ left: Value, _ right: Value) -> Bool? {
    switch (left, right) {
    case (.text(let left), .text(let right)):
      // Strings are also equal when they are only composed otherwise.
      left.utf8.count == right.utf8.count && left == right && left.utf8.elementsEqual(right.utf8)
    case (.unsigned(let left), .unsigned(let right)): left == right
    case (.negative(let left), .negative(let right)): left == right
    case (.bytes(let left), .bytes(let right)): left == right
    default: left.isPlainKey && right.isPlainKey ? false : nil
    }
  }

  /// Keys that are one, by their indices, or nil where a key is not plain.
  mutating func duplicates(in values: [Value], step: Int) -> [KeyTable.Duplicate]? {
    guard areAllPlain(values, step) else { return nil }
    if areAscending(values, step) { return [] }
    let count = values.count / step
    // Half empty, and a power of two.
    let size = 1 << (Int.bitWidth - (2 * count - 1).leadingZeroBitCount)
    slots.removeAll(keepingCapacity: count < 1 << 16)
    slots.append(contentsOf: repeatElement(0, count: size))
    var duplicates: [KeyTable.Duplicate] = []
    for index in stride(from: 0, to: values.count, by: step) {
      let hash = UInt64(bitPattern: Int64(values[index].plainKeyHash))
      let mark = hash & 0xffff_ffff_0000_0000
      var slot = Int(truncatingIfNeeded: hash) & (size - 1)
      while true {
        let entry = slots[slot]
        if entry == 0 {
          slots[slot] = mark | UInt64(index + 1)
          break
        }
        let first = Int(entry & 0xffff_ffff) - 1
        if entry & 0xffff_ffff_0000_0000 == mark,
          Self.areEqual(values[first], values[index]) == true
        {
          duplicates.append(KeyTable.Duplicate(first: first, second: index))
          break
        }
        slot = (slot + 1) & (size - 1)
      }
    }
    return duplicates
  }

  private func areAllPlain(_ values: [Value], _ step: Int) -> Bool {
    for index in stride(from: 0, to: values.count, by: step) where !values[index].isPlainKey {
      return false
    }
    return true
  }

  /// Whether these are integers that grow, as they often do.
  private func areAscending(_ values: [Value], _ step: Int) -> Bool {
    guard case .unsigned(var last) = values[0] else { return false }
    for index in stride(from: step, to: values.count, by: step) {
      guard case .unsigned(let next) = values[index], next > last else { return false }
      last = next
    }
    return true
  }
}

extension Value {
  @inline(__always)
  fileprivate var isPlainKey: Bool {
    switch self {
    case .text, .bytes, .unsigned, .negative: true
    default: false
    }
  }

  /// With a seed of the process, so that nobody can choose keys that collide.
  @inline(__always)
  fileprivate var plainKeyHash: Int {
    var hasher = Hasher()
    switch self {
    case .text(var text): text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    case .bytes(let bytes):
      hasher.combine(UInt8(1))
      bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    case .unsigned(let value): hasher.combine(value)
    case .negative(let value): hasher.combine(~value)
    default: break
    }
    return hasher.finalize()
  }
}
