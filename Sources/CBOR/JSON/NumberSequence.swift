/// Numbers whose type is known only when they are read: a typed array (RFC 8746), or an ordinary
/// array of numbers and booleans.
struct NumberSequence {
  private enum Elements {
    /// Where each of them stands, counted from the array.
    case ordinary(EncodedBytes, start: Int, [UInt32])
    case typed(UnsafeRawBufferPointer, Layout)
    /// What came in chunks, joined.
    case joined([UInt8], Layout)
  }

  private let elements: Elements
  let count: Int
  /// Where the item ends.
  let end: Int

  /// The item at a place, if it is either.
  init?(_ bytes: EncodedBytes, at offset: Int) {
    let head = bytes.head(at: offset)
    if head.major == MajorType.tag {
      self.init(typed: bytes, head, at: offset)
    } else {
      self.init(ordinary: bytes, head, at: offset)
    }
  }

  private init?(ordinary bytes: EncodedBytes, _ head: Head, at start: Int) {
    guard head.major == MajorType.array else { return nil }
    let items = Containers.items(of: head)
    var places: [UInt32] = []
    places.reserveCapacity(min(items ?? 0, 1024))
    var offset = start + head.size
    while items.map({ places.count < $0 }) ?? (bytes.base[offset] != Initial.break) {
      let head = bytes.head(at: offset)
      // Further than that there is no tensor that anybody would want as text.
      guard head.isNumber, let place = UInt32(exactly: offset - start) else { return nil }
      places.append(place)
      offset += head.size
    }
    elements = .ordinary(bytes, start: start, places)
    count = places.count
    end = head.isIndefinite ? offset + 1 : offset
  }

  /// The typed array under a tag, if that is one.
  init?(typed bytes: EncodedBytes, _ tag: Head, at offset: Int) {
    guard tag.major == MajorType.tag, let layout = Layout(tag: tag.argument) else { return nil }
    let place = offset + tag.size
    let head = bytes.head(at: place)
    guard head.major == MajorType.bytes else { return nil }
    let (size, end) = bytes.measure(head, at: place)
    guard size.isMultiple(of: layout.size) else { return nil }
    elements =
      head.isIndefinite
      ? .joined(bytes.content(head, at: place).bytes, layout)
      : .typed(bytes.chunk(head, at: place), layout)
    count = size / layout.size
    self.end = end
  }

  subscript(index: Int) -> Value {
    switch elements {
    case .ordinary(let bytes, let start, let places):
      bytes.scalar(bytes.head(at: start + Int(places[index])))
    case .typed(let bytes, let layout): layout.number(bytes, at: index * layout.size)
    case .joined(let bytes, let layout):
      bytes.withUnsafeBytes { layout.number($0, at: index * layout.size) }
    }
  }
}

extension Head {
  /// Whether this is a number or a boolean.
  fileprivate var isNumber: Bool {
    switch major {
    case MajorType.unsigned, MajorType.negative: true
    default: isFloat || initial == Initial.false || initial == Initial.true
    }
  }
}

/// What the tag of a typed array says of its numbers (RFC 8746, section 2.1).
private struct Layout {
  /// Of one number, in bytes.
  let size: Int
  private let isFloat: Bool
  private let isSigned: Bool
  private let isLittleEndian: Bool

  init?(tag: UInt64) {
    // 76 is reserved, and nothing here reads floats of 128 bits (83 and 87).
    guard (64...87).contains(tag), ![76, 83, 87].contains(tag) else { return nil }
    isFloat = tag & 0x10 != 0
    isSigned = tag & 0x08 != 0
    isLittleEndian = tag & 0x04 != 0
    size = 1 << (Int(tag & 3) + (isFloat ? 1 : 0))
  }

  func number(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Value {
    var bits: UInt64 = 0
    for position in 0..<size {
      let index = isLittleEndian ? offset + size - 1 - position : offset + position
      bits = bits << 8 | UInt64(bytes[index])
    }
    guard isFloat else {
      guard isSigned else { return .unsigned(bits) }
      let unused = UInt64(64 - 8 * size)
      return Value(Int64(bitPattern: bits << unused) >> Int64(unused))
    }
    return switch size {
    case 2: .float(FloatBits.double(half: UInt16(truncatingIfNeeded: bits)))
    case 4: .float(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
    default: .float(Double(bitPattern: bits))
    }
  }
}
