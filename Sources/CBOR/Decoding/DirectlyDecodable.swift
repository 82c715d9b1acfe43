/// A type that reads itself without the containers of `Codable`.
///
/// Found by a cast of the type, so that `Foundation`'s types can conform in files of their own.
protocol DirectlyDecodable: Decodable {
  static func decodeDirectly(from document: Document, at cursor: ItemCursor) throws -> Self

  /// Reads all elements of an array.
  static func decodeAll(_ items: ContainerItems, from document: Document) throws -> [Self]
}

extension DirectlyDecodable {
  static func decodeAll(_ items: ContainerItems, from document: Document) throws -> [Self] {
    var items = items
    var values: [Self] = []
    values.reserveCapacity(items.reservation)
    while !items.isAtEnd {
      values.append(try decodeDirectly(from: document, at: items.cursor))
      items.advance()
    }
    return values
  }

  /// Reads a value for a caller that knows this type by another name: `T` is `Self`.
  static func decode<T>(
    as type: T.Type, from document: Document, at cursor: ItemCursor
  ) throws -> T {
    unsafeBitCast(try decodeDirectly(from: document, at: cursor), to: type)
  }

  /// Reads all elements of an array for a caller that knows this type by another name.
  static func decodeAll<T>(
    as type: T.Type, _ items: ContainerItems, from document: Document
  ) throws -> [T] {
    unsafeBitCast(try decodeAll(items, from: document), to: [T].self)
  }
}

/// A number, which is one head and nothing else.
protocol NumberDecodable: DirectlyDecodable {}

extension NumberDecodable {
  static func decodeAll(_ items: ContainerItems, from document: Document) throws -> [Self] {
    var items = items
    var values: [Self] = []
    // A number is little larger than the byte that it takes at least.
    values.reserveCapacity(items.count ?? 0)
    while !items.isAtEnd {
      values.append(try decodeDirectly(from: document, at: items.cursor))
      items.advance()
    }
    return values
  }
}

extension NumberDecodable where Self: FixedWidthInteger {
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
  static func decodeDirectly(from document: Document, at cursor: ItemCursor) throws -> Double {
    try document.double(cursor)
  }
}

extension Float: NumberDecodable {
  @inline(__always)
  static func decodeDirectly(from document: Document, at cursor: ItemCursor) throws -> Float {
    try document.single(cursor)
  }
}

extension Bool: DirectlyDecodable {
  @inline(__always)
  static func decodeDirectly(from document: Document, at cursor: ItemCursor) throws -> Bool {
    try document.bool(cursor)
  }
}

extension String: DirectlyDecodable {
  @inline(__always)
  static func decodeDirectly(from document: Document, at cursor: ItemCursor) throws -> String {
    try document.text(cursor)
  }
}
