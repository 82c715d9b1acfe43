/// Encodes `Codable` values as CBOR (RFC 8949), in the preferred serialization.
///
/// Structures and classes become maps with text keys, or integer keys where their coding keys
/// have an `intValue`. Every `Dictionary` becomes a map, whatever the type of its keys. `[UInt8]`
/// and `Data` become byte strings, `Set` tag 258, `Date` tag 1, `UUID` tag 37, `URL` tag 32,
/// `Decimal` tag 4, and integers past 64 bits tags 2 and 3. `nil` becomes null where it is an
/// element or is encoded as such. A value that encodes nothing becomes an empty map.
///
/// An encoder can be used from several tasks at once, and is fastest when kept and used again.
public struct CBOREncoder: Sendable {
  /// Whether the entries of maps are sorted by their encoded keys (RFC 8949, section 4.2.1), so
  /// that equal values have equal bytes.
  public var isDeterministic: Bool
  /// How deeply containers may be nested; decoders have a limit too.
  public var depth: Int
  /// What types find in their `Encoder`.
  public var userInfo: [CodingUserInfoKey: any Sendable]
  private let spare = Spare<EncodingSession>()
  /// Memory beyond this is not kept for the next call.
  private static let largestSpare = 1 << 20

  public init(
    isDeterministic: Bool = false, depth: Int = 512,
    userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) {
    self.isDeterministic = isDeterministic
    self.depth = depth
    self.userInfo = userInfo
  }

  /// Encodes a value as one data item.
  ///
  /// - Throws: `CBORError`: `depthExceeded`, `duplicateKey` where a class and its superclass or a
  ///   deterministic map write one key twice, `invalidValue` for what CBOR or the type cannot
  ///   express, `custom` for an error of the type's own.
  public func encode(_ value: some Encodable) throws(CBORError) -> [UInt8] {
    var session = try session(encoding: value)
    defer { finish(&session) }
    return try EncodedItem(session, isDeterministic: isDeterministic).array()
  }

  /// Encodes a value behind the bytes that an array already holds, which is also how a sequence
  /// of items (RFC 8742) is written. The array is as it was when this throws.
  public func encode(
    _ value: some Encodable, into bytes: inout [UInt8]
  ) throws(CBORError) {
    try withEncodedBytes(of: value) { bytes.append(contentsOf: $0) }
  }

  /// Encodes a value and lends its bytes, without making an array of them.
  ///
  /// - Parameter body: Called once, with bytes that are valid for as long as it runs.
  public func withEncodedBytes<Result>(
    of value: some Encodable, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(CBORError) -> Result {
    var session = try session(encoding: value)
    defer { finish(&session) }
    return try EncodedItem(session, isDeterministic: isDeterministic).withBytes(body)
  }

  /// Encodes a value and lends it before its bytes are anywhere, so that large byte strings and
  /// typed arrays can be copied once, to where they are wanted.
  package func withEncodedItem<Result>(
    of value: some Encodable, _ body: (EncodedItem) -> Result
  ) throws(CBORError) -> Result {
    var session = try session(encoding: value)
    defer { finish(&session) }
    return try body(EncodedItem(session, isDeterministic: isDeterministic))
  }

  private func session(encoding value: some Encodable) throws(CBORError) -> EncodingSession {
    var session = spare.take() ?? EncodingSession()
    session.context.depth = depth
    if !userInfo.isEmpty { session.context.userInfo = userInfo }
    do {
      try session.encode(value)
    } catch {
      finish(&session)
      throw CBORError(encoding: error)
    }
    return session
  }

  private func finish(_ session: inout EncodingSession) {
    if session.reset(), isKnownUniquelyReferenced(&session),
      session.writer.capacity <= Self.largestSpare
    {
      spare.put(session)
    }
  }
}

extension CBORError {
  /// An error from a type's `encode(to:)`, told in this module's terms.
  init(encoding error: any Error) {
    switch error {
    case let error as CBORError:
      self = error
    case EncodingError.invalidValue(_, let context):
      let known = context.underlyingError as? CBORError
      self.init(
        known?.code ?? .invalidValue, context.debugDescription, codingPath: context.codingPath,
        underlying: known == nil ? error : nil)
    default:
      self.init(.custom, String(describing: error), underlying: error)
    }
  }
}
