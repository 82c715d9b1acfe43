/// Decodes `Codable` values from CBOR (RFC 8949).
///
/// The bytes are checked from end to end before a type sees any of them. Numbers are converted
/// where that loses nothing and refused where it does: an integer becomes a float of the same
/// value, a float never becomes an integer. Tags that a type does not ask about are ignored.
///
/// A decoder can be used from several tasks at once, and is fastest when kept and used again.
public struct CBORDecoder: Sendable {
  public var limits: DecodingLimits
  /// What types find in their `Decoder`.
  public var userInfo: [CodingUserInfoKey: any Sendable]
  private let spare = Spare<Document>()

  public init(
    limits: DecodingLimits = DecodingLimits(), userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) {
    self.limits = limits
    self.userInfo = userInfo
  }

  /// Decodes a value from bytes that hold one data item and nothing else.
  ///
  /// - Throws: `CBORError` with the offset and path of what is malformed, beyond a limit, of
  ///   another type, missing or out of range; `custom` for an error of the type's own.
  public func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws(CBORError) -> T {
    try bytes.withUnsafeBufferPointer { (buffer) throws(CBORError) in
      try decode(type, from: UnsafeRawBufferPointer(buffer))
    }
  }

  /// Decodes a value from bytes that hold one data item and nothing else; see
  /// `decode(_:from:)`.
  public func decode<T: Decodable>(
    _ type: T.Type, from bytes: UnsafeRawBufferPointer
  ) throws(CBORError) -> T {
    try decode(type, from: bytes, prefix: false).value
  }

  /// Decodes a value from the first data item of bytes that may go on behind it.
  ///
  /// - Returns: The value, and how many bytes its item takes.
  public func decodeFirst<T: Decodable>(
    _ type: T.Type, from bytes: UnsafeRawBufferPointer
  ) throws(CBORError) -> (value: T, count: Int) {
    try decode(type, from: bytes, prefix: true)
  }

  private func decode<T: Decodable>(
    _ type: T.Type, from bytes: UnsafeRawBufferPointer, prefix: Bool
  ) throws(CBORError) -> (value: T, count: Int) {
    var document = spare.take() ?? Document(context: DecodingContext())
    if !userInfo.isEmpty { document.context?.userInfo = userInfo }
    try document.read(bytes, limits: limits, prefix: prefix)
    let count = document.count
    let value: T
    do {
      value = try document.decode(type, at: document.root)
    } catch {
      let told = document.error(decoding: error)
      finish(&document)
      throw told
    }
    finish(&document)
    return (value, count)
  }

  @inline(__always)
  private func finish(_ document: inout Document) {
    if isKnownUniquelyReferenced(&document) {
      if !userInfo.isEmpty { document.context?.userInfo = [:] }
      document.trim()
      spare.put(document)
    } else {
      // A type kept its decoder or a container: let that go on without the caller's bytes.
      document.detach()
    }
  }
}
