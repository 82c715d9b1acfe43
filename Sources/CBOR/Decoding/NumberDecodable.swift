/// A number, which is one head and nothing else.
protocol NumberDecodable: DirectlyDecodable, BitwiseCopyable {
  /// The number that a head stands for, where that is one of this type as it is.
  init?(plain head: Head)
}

extension NumberDecodable {
  static func decodeAll(_ items: ContainerItems, from document: Document) throws -> [Self] {
    guard let count = items.count else {
      var items = items
      var values: [Self] = []
      while let item = items.next() {
        values.append(try decodeDirectly(from: document, at: item))
      }
      return values
    }
    return try decodeAll(count, at: items.cursor, from: document)
  }

  @inline(__always)
  private static func decodeAll(
    _ count: Int, at start: ItemCursor, from document: Document
  ) throws -> [Self] {
    // A number is little larger than the byte that it takes at least, and the bytes are there.
    var cursor = start
    if count < 32 {
      // Memory for few is had sooner in this way.
      var values: [Self] = []
      values.reserveCapacity(count)
      for _ in 0..<count { values.append(try next(&cursor, document)) }
      return values
    }
    return try [Self](unsafeUninitializedCapacity: count) { target, initialized in
      guard let values = target.baseAddress else { return }
      while initialized < count {
        (values + initialized).initialize(to: try next(&cursor, document))
        initialized &+= 1
      }
    }
  }

  @inline(__always)
  private static func next(_ cursor: inout ItemCursor, _ document: Document) throws -> Self {
    let head = document.head(cursor)
    if let plain = Self(plain: head) {
      cursor.offset &+= head.size
      return plain
    }
    let value = try decodeDirectly(from: document, at: cursor)
    cursor = document.after(cursor)
    return value
  }

  static func decodeRows(_ items: ContainerItems, from document: Document) throws -> [[Self]] {
    var items = items
    var rows: [[Self]] = []
    rows.reserveCapacity(items.reservation)
    while !items.isAtEnd {
      let head = document.head(items.cursor)
      if head.major == MajorType.array, !head.isIndefinite {
        let first = ItemCursor(
          offset: items.cursor.offset &+ head.size, record: items.cursor.record &+ 1)
        rows.append(
          try decodeAll(Int(truncatingIfNeeded: head.argument), at: first, from: document))
      } else {
        rows.append(try [Self].decodeDirectly(from: document, at: items.cursor))
      }
      items.advance()
    }
    return rows
  }
}

extension NumberDecodable where Self: FixedWidthInteger {
  @inline(__always)
  init?(plain head: Head) {
    if head.major == MajorType.unsigned {
      self.init(exactly: head.argument)
    } else if head.major == MajorType.negative, head.argument <= UInt64(Int64.max) {
      self.init(exactly: ~Int64(bitPattern: head.argument))
    } else {
      return nil
    }
  }

  @inline(__always)
  static func decodeDirectly(from document: Document, at cursor: ItemCursor) throws -> Self {
    try document.integer(Self.self, cursor)
  }
}

extension Int: NumberDecodable {}
extension Int8: NumberDecodable {}
extension Int16: NumberDecodable {}
extension Int32: NumberDecodable {}
extension Int64: NumberDecodable {}
extension Int128: NumberDecodable {}
extension UInt: NumberDecodable {}
extension UInt8: NumberDecodable {}
extension UInt16: NumberDecodable {}
extension UInt32: NumberDecodable {}
extension UInt64: NumberDecodable {}
extension UInt128: NumberDecodable {}

extension Double: NumberDecodable {
  @inline(__always)
  init?(plain head: Head) {
    guard head.isFloat else { return nil }
    self = head.float
  }

  @inline(__always)
  static func decodeDirectly(from document: Document, at cursor: ItemCursor) throws -> Double {
    try document.double(cursor)
  }
}

extension Float: NumberDecodable {
  @inline(__always)
  init?(plain head: Head) {
    guard head.isFloat else { return nil }
    let value = head.float
    self = Float(value)
    if Double(self) != value { return nil }
  }

  @inline(__always)
  static func decodeDirectly(from document: Document, at cursor: ItemCursor) throws -> Float {
    try document.single(cursor)
  }
}
