/// Reads the entries of a map by their keys.
struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let document: Document
  let map: ItemCursor

  var codingPath: [any CodingKey] { document.path(to: map.offset) }

  var allKeys: [Key] {
    var keys: [Key] = []
    var items = ContainerItems(document, map, document.head(map))
    while let key = items.next(), items.next() != nil {
      let head = document.head(key)
      switch head.major {
      case MajorType.text:
        if let key = Key(stringValue: document.string(key, head)) { keys.append(key) }
      case MajorType.unsigned, MajorType.negative:
        if let integer = try? document.integer(Int.self, key), let key = Key(intValue: integer) {
          keys.append(key)
        }
      default: continue
      }
    }
    return keys
  }

  @inline(__always)
  private func find(_ key: some CodingKey, stays: Bool = false) -> ItemCursor? {
    if let integer = key.intValue, let value = document.value(of: integer, in: map, stays: stays) {
      return value
    }
    return document.value(of: key.stringValue, in: map, stays: stays)
  }

  @inline(__always)
  private func require(_ key: some CodingKey, stays: Bool = false) throws -> ItemCursor {
    guard let value = find(key, stays: stays) else { throw document.missing(key, map) }
    return value
  }

  @inline(__always)
  private func read<T: DirectlyDecodable>(_ key: Key) throws -> T {
    try T.decodeDirectly(from: document, at: require(key))
  }

  @inline(__always)
  private func readIfPresent<T: DirectlyDecodable>(_ key: Key) throws -> T? {
    guard let value = find(key), !document.isNil(value) else { return nil }
    return try T.decodeDirectly(from: document, at: value)
  }

  func contains(_ key: Key) -> Bool { find(key, stays: true) != nil }

  func decodeNil(forKey key: Key) throws -> Bool {
    document.isNil(try require(key, stays: true))
  }

  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try read(key) }
  func decode(_ type: String.Type, forKey key: Key) throws -> String { try read(key) }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try read(key) }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try read(key) }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try read(key) }
  func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try read(key) }
  func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try read(key) }
  func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try read(key) }
  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try read(key) }
  func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 { try read(key) }
  func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try read(key) }
  func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try read(key) }
  func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try read(key) }
  func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try read(key) }
  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try read(key) }
  func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 { try read(key) }

  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try document.decode(type, at: require(key))
  }

  func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
    try readIfPresent(key)
  }
  func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
    try readIfPresent(key)
  }
  func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
    try readIfPresent(key)
  }
  func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? {
    try readIfPresent(key)
  }
  func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
    try readIfPresent(key)
  }
  func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
    try readIfPresent(key)
  }
  func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
    try readIfPresent(key)
  }

  func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
    guard let value = find(key), !document.isNil(value) else { return nil }
    return try document.decode(type, at: value)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try decoder(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try decoder(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { try decoder(PathKey.super) }

  func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }

  private func decoder(_ key: some CodingKey) throws -> ItemDecoder {
    ItemDecoder(document: document, cursor: try require(key))
  }
}
