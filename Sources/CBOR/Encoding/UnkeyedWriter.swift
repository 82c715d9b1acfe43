/// Writes the elements of an array.
struct UnkeyedWriter: UnkeyedEncodingContainer {
  let session: EncodingSession
  let serial: Int

  var codingPath: [any CodingKey] { session.codingPath }

  var count: Int { session.top.pointee.serial == serial ? session.top.pointee.count : 0 }

  @inline(__always)
  private func write(_ value: some LeafEncodable) throws {
    try session.check(serial)
    session.top.pointee.count &+= 1
    value.write(to: session.writer)
  }

  func encodeNil() throws {
    try session.check(serial)
    session.top.pointee.count &+= 1
    session.writer.writeNull()
  }

  func encode(_ value: Bool) throws { try write(value) }
  func encode(_ value: String) throws { try write(value) }
  func encode(_ value: Double) throws { try write(value) }
  func encode(_ value: Float) throws { try write(value) }
  func encode(_ value: Int) throws { try write(value) }
  func encode(_ value: Int8) throws { try write(value) }
  func encode(_ value: Int16) throws { try write(value) }
  func encode(_ value: Int32) throws { try write(value) }
  func encode(_ value: Int64) throws { try write(value) }
  func encode(_ value: Int128) throws { try write(value) }
  func encode(_ value: UInt) throws { try write(value) }
  func encode(_ value: UInt8) throws { try write(value) }
  func encode(_ value: UInt16) throws { try write(value) }
  func encode(_ value: UInt32) throws { try write(value) }
  func encode(_ value: UInt64) throws { try write(value) }
  func encode(_ value: UInt128) throws { try write(value) }

  func encode<T: Encodable>(_ value: T) throws {
    try session.check(serial)
    let mark = session.writer.count
    session.top.pointee.count &+= 1
    do {
      try session.encode(value)
    } catch {
      session.truncate(to: mark)
      session.top.pointee.count &-= 1
      throw error
    }
  }

  func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    nested().container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nested().unkeyedContainer() }

  func superEncoder() -> any Encoder { nested() }

  private func nested() -> ValueEncoder {
    guard session.top.pointee.serial == serial else {
      return ValueEncoder(session: session, serial: -1)
    }
    let index = session.top.pointee.count
    session.top.pointee.count &+= 1
    return ValueEncoder(session: session.leaveGap(key: PathKey(intValue: index)), serial: 0)
  }
}
