internal import CBOR
import PouchCore

extension Bytes {
  /// The CBOR of a value, encoded straight into its memory.
  ///
  /// - Throws: `.badData` when the value cannot be encoded.
  init(encodingAsCBOR value: some Encodable) throws(PouchError) {
    do {
      self = try CBOREncoder().encode(value) { size, write in
        var buffer = ByteBuffer(capacity: size)
        _ = buffer.fill(minimum: size) {
          write(UnsafeMutableRawBufferPointer(rebasing: $0[..<size]))
          return size
        }
        return buffer.freeze()
      }
    } catch {
      throw PouchError(
        .badData, "a value of type \(type(of: value)) cannot be encoded", cause: "\(error)")
    }
  }
}
