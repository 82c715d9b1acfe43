extension Array: DirectlyDecodable where Element: Decodable {
  static func decodeDirectly(from document: Document, at cursor: ItemCursor) throws -> [Element] {
    if Element.self == UInt8.self {
      let inner = document.untagged(cursor)
      if let bytes = document.byteString(inner) {
        return bytes.withUnsafeBufferPointer {
          $0.withMemoryRebound(to: Element.self) { [Element]($0) }
        }
      }
    } else if let typed = try document.typedArray(of: Element.self, at: cursor) {
      return typed
    }
    return try document.decodeAll(document.elements(cursor, for: [Element].self))
  }
}

extension Array where Element: Decodable {
  static func decodeAll(_ items: ContainerItems, from document: Document) throws -> [[Element]] {
    if let direct = document.context?.directType(of: Element.self) {
      return try direct.decodeRows(as: Element.self, items, from: document)
    }
    var items = items
    var rows: [[Element]] = []
    rows.reserveCapacity(items.reservation)
    while !items.isAtEnd {
      rows.append(try decodeDirectly(from: document, at: items.cursor))
      items.advance()
    }
    return rows
  }
}

extension Document {
  /// Decodes all elements of an array, in bulk where their type allows.
  func decodeAll<Element: Decodable>(_ items: ContainerItems) throws -> [Element] {
    if let direct = context?.directType(of: Element.self) {
      return try direct.decodeAll(as: Element.self, items, from: self)
    }
    var items = items
    var values: [Element] = []
    values.reserveCapacity(items.reservation)
    while !items.isAtEnd {
      values.append(try Element(from: ItemDecoder(document: self, cursor: items.cursor)))
      items.advance()
    }
    return values
  }
}

extension Set: DirectlyDecodable where Element: Decodable {
  static func decodeDirectly(
    from document: Document, at cursor: ItemCursor
  ) throws -> Set<Element> {
    var items = try document.elements(cursor, for: Set<Element>.self)
    var values = Set<Element>(minimumCapacity: items.reservation)
    while !items.isAtEnd {
      values.insert(try document.decode(Element.self, at: items.cursor))
      items.advance()
    }
    return values
  }
}

extension Dictionary: DirectlyDecodable where Key: Decodable, Value: Decodable {
  static func decodeDirectly(
    from document: Document, at cursor: ItemCursor
  ) throws -> [Key: Value] {
    let map = try document.map(cursor, for: [Key: Value].self)
    var items = ContainerItems(document, map, document.head(map))
    var values = [Key: Value](minimumCapacity: items.reservation / 2)
    while !items.isAtEnd {
      let place = items.cursor
      let key = try document.decode(Key.self, at: place)
      items.advance()
      let value = try document.decode(Value.self, at: items.cursor)
      items.advance()
      // Keys that differ as items can still be one key in Swift, as texts in two normal forms.
      if values.updateValue(value, forKey: key) != nil, !document.allowsDuplicateKeys {
        throw document.failure(.duplicateKey, "a key that equals another in \(Key.self)", place)
      }
    }
    return values
  }
}

extension Optional: DirectlyDecodable where Wrapped: Decodable {
  static func decodeDirectly(from document: Document, at cursor: ItemCursor) throws -> Wrapped? {
    document.isNil(cursor) ? nil : try document.decode(Wrapped.self, at: cursor)
  }
}
