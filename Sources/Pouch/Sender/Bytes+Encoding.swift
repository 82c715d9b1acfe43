internal import CBOR
import PouchCore

extension CBOREncoder {
  /// Encodes a value straight into memory that is then sent from where it is.
  ///
  /// - Throws: `.badData` when the value cannot be encoded.
  func bytes(of value: some Encodable) throws(PouchError) -> Bytes {
    try attempt(value) { size, write in Bytes(size, write) }
  }

  /// As `encode(_:into:)`, with the library's own error.
  func attempt<Result>(
    _ value: some Encodable,
    _ body: (_ size: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) -> Result
  ) throws(PouchError) -> Result {
    do {
      return try encode(value, into: body)
    } catch {
      throw PouchError(
        .badData, "a value of type \(type(of: value)) cannot be encoded", cause: "\(error)")
    }
  }
}

extension Bytes {
  /// `size` bytes of memory that `write` fills.
  init(_ size: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
    var buffer = ByteBuffer(capacity: size)
    _ = buffer.fill(minimum: size) {
      write(UnsafeMutableRawBufferPointer(rebasing: $0[..<size]))
      return size
    }
    self = buffer.freeze()
  }
}
