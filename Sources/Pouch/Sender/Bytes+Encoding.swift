internal import CBOR
import PouchCore

extension Bytes {
  /// The bytes of an encoded value, each copied once.
  init(copying item: EncodedItem) {
    var buffer = ByteBuffer(capacity: item.size)
    _ = buffer.fill(minimum: item.size) {
      item.write(to: UnsafeMutableRawBufferPointer(rebasing: $0[..<item.size]))
      return item.size
    }
    self = buffer.freeze()
  }
}
