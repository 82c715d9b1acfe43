internal import CBOR
public import PouchCore

extension Sender {
  /// Sends a value as one object, in a format of choice.
  ///
  /// A `CBOR.Value` goes as it is. Over the framing `length10` every value travels as a pickle,
  /// whatever the format.
  ///
  /// - Parameters:
  ///   - value: What to send. A `[UInt8]` is taken for what is serialized already.
  ///   - attributes: What travels beside it.
  ///   - format: `cbor`, `json` or `pickle`. The receiver must take it: `pickle` is taken only by
  ///     those that say so.
  /// - Throws: `.badData` when the value cannot be encoded, or the format cannot hold it; `.usage`
  ///   for another format; as `send(_:attributes:format:)` otherwise.
  @discardableResult
  public func send(
    _ value: some Encodable, attributes: Attributes = .none, format: ObjectFormat
  ) async throws(PouchError) -> Receipt {
    // The compiler is not to be relied upon to choose between two forms here.
    if let bytes = value as? [UInt8] {
      return try await sendSlowly(Bytes(bytes), attributes, format)
    }
    if format == .cbor { return try await send(value, attributes: attributes) }
    let item: CBOR.Value
    do throws(CBORError) {
      if let value = value as? CBOR.Value {
        item = value
      } else {
        item = try CBOR.Value(encoding: value)
      }
    } catch {
      throw PouchError(
        .badData, "a value of type \(type(of: value)) cannot be encoded", cause: "\(error)")
    }
    return try await sendSlowly(format.payload(for: item), attributes, format)
  }
}
