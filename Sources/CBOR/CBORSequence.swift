/// Reads data items that follow one another without anything between them (RFC 8742).
///
/// ```swift
/// var sequence = CBORSequence(bytes)
/// while let record = try sequence.next(Record.self) { … }
/// ```
public struct CBORSequence: Sendable {
  private let bytes: [UInt8]
  private let decoder: CBORDecoder
  /// Where the next item starts.
  public private(set) var offset = 0

  public init(_ bytes: [UInt8], decoder: CBORDecoder = CBORDecoder()) {
    self.bytes = bytes
    self.decoder = decoder
  }

  /// Decodes the next item, or returns nil behind the last.
  ///
  /// - Throws: `CBORError`, with an offset counted from the start of the sequence. The item is
  ///   not passed, so it can be read as another type.
  public mutating func next<T: Decodable>(_ type: T.Type) throws(CBORError) -> T? {
    guard offset < bytes.count else { return nil }
    let start = offset
    let (value, count) = try bytes.withUnsafeBufferPointer {
      (buffer) throws(CBORError) -> (T, Int) in
      do throws(CBORError) {
        return try decoder.decodeFirst(
          type, from: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[start...])))
      } catch {
        throw error.shifted(by: start)
      }
    }
    offset += count
    return value
  }
}

extension CBOREncoder {
  /// Encodes values one behind the other, as a CBOR sequence (RFC 8742).
  public func encodeSequence(_ values: some Sequence<some Encodable>) throws(CBORError) -> [UInt8] {
    var bytes: [UInt8] = []
    for value in values { try encode(value, into: &bytes) }
    return bytes
  }
}
