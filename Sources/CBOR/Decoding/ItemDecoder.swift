/// The `Decoder` that a type's `init(from:)` is given; three words, so never boxed.
struct ItemDecoder: Decoder {
  let document: Document
  let cursor: ItemCursor

  var codingPath: [any CodingKey] { document.path(to: cursor.offset) }

  var userInfo: [CodingUserInfoKey: Any] {
    guard let context = document.context else { return [:] }
    return context.userInfo
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    let map = try document.map(cursor, for: KeyedDecodingContainer<Key>.self)
    return KeyedDecodingContainer(KeyedReader(document: document, map: map))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let items = try document.elements(cursor, for: (any UnkeyedDecodingContainer).self)
    return UnkeyedReader(document: document, array: cursor, items: items)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer {
    SingleReader(document: document, cursor: cursor)
  }
}
