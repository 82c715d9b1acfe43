internal import CBOR
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
    let encoded: [UInt8]
    do {
      encoded = try CBOREncoder().encode(value)
    } catch {
      throw PouchError(
        .badData, "a value of type \(type(of: value)) cannot be encoded", cause: "\(error)")
    }
    return try await send(Bytes(encoded), attributes: attributes, format: .cbor)
  }
}
