/// The `Encoder` that a type's `encode(to:)` is given; three words, so never boxed.
struct ValueEncoder: Encoder {
  let session: EncodingSession
  let serial: Int

  var codingPath: [any CodingKey] { session.codingPath }

  var userInfo: [CodingUserInfoKey: Any] { session.context.userInfo }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(KeyedWriter(session: session, serial: opened(.map)))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    UnkeyedWriter(session: session, serial: opened(.array))
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleWriter(session: session, serial: serial)
  }

  /// The serial for a new container: one that every use of it refuses, where the value has
  /// already been encoded as something else.
  private func opened(_ shape: EncodingSession.Shape) -> Int {
    session.top.pointee.serial == serial && session.open(shape) ? serial : -1
  }
}
