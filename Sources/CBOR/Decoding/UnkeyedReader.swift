/// Reads the elements of an array in turn.
struct UnkeyedReader: UnkeyedDecodingContainer {
  let document: Document
  let array: ItemCursor
  private var items: ContainerItems

  init(document: Document, array: ItemCursor, items: ContainerItems) {
    self.document = document
    self.array = array
    self.items = items
  }

  var codingPath: [any CodingKey] { document.path(to: array.offset) }
  var count: Int? { items.count }
  var isAtEnd: Bool { items.isAtEnd }
  var currentIndex: Int { items.taken }

  /// The next element, which is passed only when `body` has made something of it.
  @inline(__always)
  private mutating func element<T>(
    _ type: T.Type, _ body: (Document, ItemCursor) throws -> T
  ) throws -> T {
    guard !items.isAtEnd else {
      throw document.missing(type, "the array has only \(items.taken) elements", array)
    }
    let value = try body(document, items.cursor)
    items.advance()
    return value
  }

  private mutating func read<T: DirectlyDecodable>() throws -> T {
    try element(T.self) { document, cursor in
      try T.decodeDirectly(from: document, at: cursor)
    }
  }

  mutating func decodeNil() throws -> Bool {
    guard !items.isAtEnd else {
      throw document.missing(
        Any?.self, "the array has only \(items.taken) elements", array)
    }
    guard document.isNil(items.cursor) else { return false }
    items.advance()
    return true
  }

  mutating func decode(_ type: Bool.Type) throws -> Bool { try read() }
  mutating func decode(_ type: String.Type) throws -> String { try read() }
  mutating func decode(_ type: Double.Type) throws -> Double { try read() }
  mutating func decode(_ type: Float.Type) throws -> Float { try read() }
  mutating func decode(_ type: Int.Type) throws -> Int { try read() }
  mutating func decode(_ type: Int8.Type) throws -> Int8 { try read() }
  mutating func decode(_ type: Int16.Type) throws -> Int16 { try read() }
  mutating func decode(_ type: Int32.Type) throws -> Int32 { try read() }
  mutating func decode(_ type: Int64.Type) throws -> Int64 { try read() }
  mutating func decode(_ type: Int128.Type) throws -> Int128 { try read() }
  mutating func decode(_ type: UInt.Type) throws -> UInt { try read() }
  mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try read() }
  mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try read() }
  mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try read() }
  mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try read() }
  mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try read() }

  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try element(type) { document, cursor in try document.decode(type, at: cursor) }
  }

  mutating func nestedContainer<Key: CodingKey>(
    keyedBy type: Key.Type
  ) throws -> KeyedDecodingContainer<Key> {
    try element(KeyedDecodingContainer<Key>.self) { document, cursor in
      try ItemDecoder(document: document, cursor: cursor).container(keyedBy: type)
    }
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try element((any UnkeyedDecodingContainer).self) { document, cursor in
      try ItemDecoder(document: document, cursor: cursor).unkeyedContainer()
    }
  }

  mutating func superDecoder() throws -> any Decoder {
    try element((any Decoder).self) { ItemDecoder(document: $0, cursor: $1) }
  }
}
