/// Writes a value that is one item.
struct SingleWriter: SingleValueEncodingContainer {
  let session: EncodingSession
  let serial: Int

  var codingPath: [any CodingKey] { session.codingPath }

  @inline(__always)
  private func begin() throws {
    try session.check(serial)
    guard session.top.pointee.shape == .empty else {
      throw session.failure((), "a value was encoded as more than one item", .invalidValue)
    }
    session.top.pointee.shape = .single
  }

  private func write(_ value: some LeafEncodable) throws {
    try begin()
    value.write(to: session.writer)
  }

  func encodeNil() throws {
    try begin()
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
    try begin()
    do {
      try session.encode(value)
    } catch {
      session.truncate(to: session.top.pointee.start)
      session.top.pointee.shape = .empty
      throw error
    }
  }
}
