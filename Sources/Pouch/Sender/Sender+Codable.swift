internal import CBOR
public import PouchCore

extension Sender {
  /// Sends a value as one object, serialized as CBOR.
  ///
  /// What is large in it, such as a typed array, is copied once: into the memory that it is sent
  /// from.
  ///
  /// - Parameter value: What to send.
  /// - Throws: `.badData` when the value cannot be encoded; as `send(_:format:)` otherwise.
  @discardableResult
  public func send(_ value: some Encodable) async throws(PouchError) -> Receipt {
    var rest = Bytes()
    let id = try encoder.attempt(value) { size, write -> UInt64 in
      guard size <= Outbox.copyLimit, only != nil else {
        rest = Bytes(size, write)
        return 0
      }
      return withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { memory in
        let memory = UnsafeMutableRawBufferPointer(rebasing: memory[..<size])
        write(memory)
        let id = trySend(copying: UnsafeRawBufferPointer(memory), format: .cbor)
        if id == 0 { rest = Bytes(copying: UnsafeRawBufferPointer(memory)) }
        return id
      }
    }
    if id != 0, let only { return Receipt(id: id, connection: only) }
    return try await sendSlowly(rest, .none, .cbor)
  }

  /// Sends a value as one object with attributes, serialized as CBOR; see `send(_:)`.
  ///
  /// - Parameter attributes: What travels beside it.
  @discardableResult
  public func send(
    _ value: some Encodable, attributes: Attributes
  ) async throws(PouchError) -> Receipt {
    try await sendSlowly(encoder.bytes(of: value), attributes, .cbor)
  }
}
