public import PouchCore

extension Sender {
  /// Sends a value as one object, serialized as CBOR.
  ///
  /// - Parameters:
  ///   - value: What to send.
  ///   - attributes: What travels beside it.
  /// - Throws: `.badData` when the value cannot be encoded; as `send(_:attributes:format:)`
  ///   otherwise.
  @discardableResult
  public func send(
    _ value: some Encodable, attributes: Attributes = .none
  ) async throws(PouchError) -> Receipt {
    try await send(Bytes(encodingAsCBOR: value), attributes: attributes, format: .cbor)
  }
}
