internal import CBOR
internal import Pickle
import PouchCore

extension ObjectFormat {
  /// Reads a payload in this format as a value.
  ///
  /// - Throws: `.badData`, and `.usage` for a format that holds no values.
  func value(of payload: Bytes, allowsNumPy: Bool = false) throws(PouchError) -> CBOR.Value {
    do {
      switch self {
      case .cbor: return try payload.withUnsafeBytes { try CBOR.Value(decoding: $0) }
      case .json: return try CBOR.Value(json: payload.array)
      case .pickle:
        let decoder = PickleDecoder(allowsNumPy: allowsNumPy)
        return try payload.withUnsafeBytes { try decoder.decode($0) }
      default: break
      }
    } catch {
      throw PouchError(
        .badData, "the object does not hold a value in the format \(self)", cause: "\(error)")
    }
    throw PouchError(
      .usage, "an object in the format \(self) holds no value to decode", hint: "use its payload")
  }

  /// Writes a value in this format.
  ///
  /// - Throws: `.badData` when the format cannot hold the value, and `.usage` for a format that
  ///   holds no values.
  func payload(for value: CBOR.Value) throws(PouchError) -> Bytes {
    switch self {
    case .cbor: return Bytes(value.encoded())
    case .json:
      let json = value.json()
      if let loss = json.losses.first { throw unfit("\(loss)") }
      return Bytes(utf8: json.text)
    case .pickle:
      do throws(PickleError) {
        return Bytes(try PickleEncoder().encode(value))
      } catch {
        throw unfit("\(error)")
      }
    default:
      throw PouchError(
        .usage, "a value cannot be sent in the format \(self)",
        hint: "send it as cbor, json or pickle")
    }
  }

  private func unfit(_ cause: String) -> PouchError {
    PouchError(.badData, "the format \(self) cannot hold the value", cause: cause)
  }
}
