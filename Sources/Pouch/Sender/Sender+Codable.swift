internal import CBOR
public import PouchCore

extension Sender {
  /// Sends a value as one object, serialized as CBOR.
  ///
  /// A small value is serialized once, into memory that is used again, and copied from there into
  /// the frame that is being filled.
  ///
  /// - Parameter value: What to send.
  /// - Throws: `.badData` when the value cannot be encoded; as `send(_:format:)` otherwise.
  @discardableResult
  public func send(_ value: some Encodable) async throws(PouchError) -> Receipt {
    var large = Bytes()
    let id = try withEncoded(value) { item in
      let id =
        item.size > Outbox.copyLimit
        ? 0 : item.withBytes { trySend(copying: $0, format: .cbor) }
      if id == 0 { large = Bytes(copying: item) }
      return id
    }
    if id != 0, let only { return Receipt(id: id, connection: only) }
    return try await sendSlowly(large, .none, .cbor)
  }

  /// Sends a value as one object with attributes, serialized as CBOR; see `send(_:)`.
  ///
  /// - Parameter attributes: What travels beside it.
  @discardableResult
  public func send(
    _ value: some Encodable, attributes: Attributes
  ) async throws(PouchError) -> Receipt {
    let encoded = try withEncoded(value) { Bytes(copying: $0) }
    return try await sendSlowly(encoded, attributes, .cbor)
  }

  /// Encodes a value and lends it before its bytes are anywhere.
  func withEncoded<R>(
    _ value: some Encodable, _ body: (EncodedItem) -> R
  ) throws(PouchError) -> R {
    do {
      return try encoder.withEncodedItem(of: value, body)
    } catch {
      throw PouchError(
        .badData, "a value of type \(type(of: value)) cannot be encoded", cause: "\(error)")
    }
  }
}
