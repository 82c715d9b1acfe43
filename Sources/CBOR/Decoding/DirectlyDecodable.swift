/// A type that reads itself without the containers of `Codable`.
///
/// Found by a cast of the type, so that `Foundation`'s types can conform in files of their own.
protocol DirectlyDecodable: Decodable {
  static func decodeDirectly(from document: Document, at cursor: ItemCursor) throws -> Self

  /// Reads all elements of an array.
  static func decodeAll(_ items: ContainerItems, from document: Document) throws -> [Self]

  /// Reads all elements of an array of arrays, in one call for all of them.
  static func decodeRows(_ items: ContainerItems, from document: Document) throws -> [[Self]]
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

  static func decodeRows(_ items: ContainerItems, from document: Document) throws -> [[Self]] {
    var items = items
    var rows: [[Self]] = []
    rows.reserveCapacity(items.reservation)
    while !items.isAtEnd {
      rows.append(try [Self].decodeDirectly(from: document, at: items.cursor))
      items.advance()
    }
    return rows
  }

  /// Reads a value for a caller that knows this type by another name: `T` is `Self`.
  @inline(__always)
  static func decode<T>(
    as type: T.Type, from document: Document, at cursor: ItemCursor
  ) throws -> T {
    unsafeBitCast(try decodeDirectly(from: document, at: cursor), to: type)
  }

  /// Reads all elements of an array for a caller that knows this type by another name.
  @inline(__always)
  static func decodeAll<T>(
    as type: T.Type, _ items: ContainerItems, from document: Document
  ) throws -> [T] {
    unsafeBitCast(try decodeAll(items, from: document), to: [T].self)
  }

  /// Reads all elements of an array of arrays for a caller that knows this type by another name.
  @inline(__always)
  static func decodeRows<T>(
    as type: T.Type, _ items: ContainerItems, from document: Document
  ) throws -> [[T]] {
    unsafeBitCast(try decodeRows(items, from: document), to: [[T]].self)
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
