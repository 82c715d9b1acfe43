internal import CBOR
internal import FoundationEssentials
public import PouchCore

extension Delivery {
  /// Reads the payload as a value, by the object's format: CBOR, JSON or pickle, of which the safe
  /// subset is read; see `value()`. Attachments are beside it.
  ///
  /// - Throws: `.badData` when the payload does not hold such a value; `.usage` for an object in
  ///   another format, such as raw bytes.
  public func decode<T: Decodable>(_ type: T.Type = T.self) throws(PouchError) -> T {
    do {
      switch format {
      case .cbor:
        return try payload.withUnsafeBytes { bytes throws(CBORError) in
          try connection.decoder.decode(type, from: bytes)
        }
      case .json:
        return try JSONDecoder().decode(type, from: payload.withUnsafeBytes { Data($0) })
      case .pickle: return try value().decoded(as: type)
      default: break
      }
    } catch {
      throw PouchError(
        .badData, "the object does not hold a value of type \(type)", cause: "\(error)",
        objectID: id)
    }
    throw PouchError(
      .usage, "an object in format '\(format)' holds no value to decode",
      hint: "use its payload", objectID: id)
  }
}
