/// Writes the entries of a map.
struct KeyedWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let session: EncodingSession
  let serial: Int

  var codingPath: [any CodingKey] { session.codingPath }

  /// Writes the key: an integer where the coding key has one, text otherwise.
  @inline(__always)
  private func begin(_ key: some CodingKey) throws {
    try session.check(serial)
    write(key: key)
  }

  @inline(__always)
  private func write(key: some CodingKey) {
    let writer = session.writer
    session.top.pointee.count &+= 1
    session.top.pointee.key = writer.count
    if let integer = key.intValue {
      writer.write(integer: integer)
    } else {
      writer.write(text: key.stringValue)
    }
  }

  @inline(__always)
  private func write(_ value: some LeafEncodable, _ key: Key) throws {
    try begin(key)
    value.write(to: session.writer)
  }

  func encodeNil(forKey key: Key) throws {
    try begin(key)
    session.writer.writeNull()
  }

  func encode(_ value: Bool, forKey key: Key) throws { try write(value, key) }
  func encode(_ value: String, forKey key: Key) throws { try write(value, key) }
  func encode(_ value: Double, forKey key: Key) throws { try write(value, key) }
  func encode(_ value: Float, forKey key: Key) throws { try write(value, key) }
  func encode(_ value: Int, forKey key: Key) throws { try write(value, key) }
  func encode(_ value: Int8, forKey key: Key) throws { try write(value, key) }
  func encode(_ value: Int16, forKey key: Key) throws { try write(value, key) }
  func encode(_ value: Int32, forKey key: Key) throws { try write(value, key) }
  func encode(_ value: Int64, forKey key: Key) throws { try write(value, key) }
  func encode(_ value: Int128, forKey key: Key) throws { try write(value, key) }
  func encode(_ value: UInt, forKey key: Key) throws { try write(value, key) }
  func encode(_ value: UInt8, forKey key: Key) throws { try write(value, key) }
  func encode(_ value: UInt16, forKey key: Key) throws { try write(value, key) }
  func encode(_ value: UInt32, forKey key: Key) throws { try write(value, key) }
  func encode(_ value: UInt64, forKey key: Key) throws { try write(value, key) }
  func encode(_ value: UInt128, forKey key: Key) throws { try write(value, key) }

  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    let mark = session.writer.count
    try begin(key)
    do {
      try session.encode(value)
    } catch {
      session.truncate(to: mark)
      session.top.pointee.count &-= 1
      throw error
    }
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    nested(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    nested(key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { nested(PathKey.super) }

  func superEncoder(forKey key: Key) -> any Encoder { nested(key) }

  private func nested(_ key: some CodingKey) -> ValueEncoder {
    guard session.top.pointee.serial == serial else {
      return ValueEncoder(session: session, serial: -1)
    }
    write(key: key)
    return ValueEncoder(session: session.leaveGap(key: key), serial: 0)
  }
}
