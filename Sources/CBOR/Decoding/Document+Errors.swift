extension Document {
  /// The steps from the root to the item at a byte. Worked out from the bytes, so that decoding
  /// carries no path around.
  func path(to target: Int) -> [any CodingKey] {
    var path: [any CodingKey] = []
    var cursor = root
    while cursor.offset < target {
      let head = head(cursor)
      switch head.major {
      case MajorType.tag:
        cursor.offset += head.size
      case MajorType.array:
        cursor = ItemCursor(offset: cursor.offset + head.size, record: cursor.record + 1)
        var index = 0
        while true {
          let next = after(cursor)
          if next.offset > target { break }
          cursor = next
          index += 1
        }
        path.append(PathKey(intValue: index))
      case MajorType.map:
        var key = ItemCursor(offset: cursor.offset + head.size, record: cursor.record + 1)
        while true {
          cursor = after(key)
          let next = after(cursor)
          if next.offset > target { break }
          key = next
        }
        path.append(pathKey(key))
        // A key has no path of its own: it is named by the entry's.
        if target < cursor.offset { return path }
      default: return path
      }
    }
    return path
  }

  func pathKey(_ key: ItemCursor) -> PathKey {
    DocumentWalk.pathKey(key, base: base, records: records)
  }

  /// The byte at which the item at the end of a path starts, where there is one.
  func offset(of path: [any CodingKey]) -> Int? {
    var cursor = root
    for step in path {
      cursor = untagged(cursor)
      let head = head(cursor)
      guard head.major == MajorType.array || head.major == MajorType.map else { return nil }
      var items = ContainerItems(self, cursor, head)
      var found: ItemCursor?
      if head.major == MajorType.array {
        while let element = items.next() {
          if items.taken - 1 == step.intValue { found = element }
        }
      } else {
        while let key = items.next(), let value = items.next() {
          if pathKey(key).stringValue == step.stringValue { found = found ?? value }
        }
      }
      guard let found else { return nil }
      cursor = found
    }
    return cursor.offset
  }

  private func context(
    _ code: CBORError.Code, _ message: String, _ cursor: ItemCursor
  ) -> DecodingError.Context {
    let path = path(to: cursor.offset)
    return DecodingError.Context(
      codingPath: path, debugDescription: message,
      underlyingError: CBORError(code, message, offset: cursor.offset, codingPath: path))
  }

  /// The error for an item of another type than the one asked for.
  func mismatch(_ type: any Any.Type, _ expected: String, _ cursor: ItemCursor) -> DecodingError {
    let message = "expected \(expected), found \(head(cursor).typeName)"
    if isNil(cursor) { return .valueNotFound(type, context(.valueNotFound, message, cursor)) }
    return .typeMismatch(type, context(.typeMismatch, message, cursor))
  }

  func failure(
    _ code: CBORError.Code, _ message: String, _ cursor: ItemCursor
  ) -> DecodingError {
    .dataCorrupted(context(code, message, cursor))
  }

  func missing(_ key: some CodingKey, _ map: ItemCursor) -> DecodingError {
    .keyNotFound(key, context(.keyNotFound, "no value for the key \(describe(key))", map))
  }

  func missing(_ type: any Any.Type, _ message: String, _ cursor: ItemCursor) -> DecodingError {
    .valueNotFound(type, context(.valueNotFound, message, cursor))
  }

  private func describe(_ key: some CodingKey) -> String {
    key.intValue.map { "\($0) or \"\(key.stringValue)\"" } ?? "\"\(key.stringValue)\""
  }

  /// An error from a type's `init(from:)`, told in this module's terms.
  func error(decoding error: any Error) -> CBORError {
    if let error = error as? CBORError { return error }
    guard let decoding = error as? DecodingError else {
      return CBORError(.custom, String(describing: error), underlying: error)
    }
    let (code, context): (CBORError.Code, DecodingError.Context)
    switch decoding {
    case .keyNotFound(_, let inner): (code, context) = (.keyNotFound, inner)
    case .typeMismatch(_, let inner): (code, context) = (.typeMismatch, inner)
    case .valueNotFound(_, let inner): (code, context) = (.valueNotFound, inner)
    case .dataCorrupted(let inner): (code, context) = (.invalidValue, inner)
    @unknown default: return CBORError(.custom, String(describing: error), underlying: error)
    }
    let known = context.underlyingError as? CBORError
    return CBORError(
      known?.code ?? code, context.debugDescription,
      offset: known?.offset ?? offset(of: context.codingPath), codingPath: context.codingPath,
      underlying: known == nil ? error : nil)
  }
}
