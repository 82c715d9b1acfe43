public import PouchCore

/// Refuses every frame that was not made by a holder of the shared key, for this place on this
/// connection: an HMAC-SHA-256 (RFC 2104) behind the body.
///
/// Covers the number of the frame, the header's fields and the body with 32 bytes, under a key
/// that differs for each direction of each connection. A frame that was changed, repeated, left
/// out, moved, sent back or taken from another connection is refused. Nothing is kept secret by
/// it: that takes TLS.
public struct HMACSHA256Stage: Stage {
  /// `hmac-sha-256`.
  public static let name: StageName = "hmac-sha-256"

  public var name: StageName { HMACSHA256Stage.name }

  private let key: SecretKey

  /// A stage with the bytes of `key`, at least 16 of them.
  ///
  /// - Throws: `.configuration` for a shorter key.
  public init(key: Bytes) throws(PouchError) {
    self.key = try key.withUnsafeBytes { (bytes) throws(PouchError) in
      try SecretKey(copying: bytes, from: "the key")
    }
  }

  /// A stage with the key in a file: all of its bytes, at least 16 and at most 4096 of them.
  ///
  /// `openssl rand -out shared.key 32 && chmod 600 shared.key` makes one.
  ///
  /// - Throws: `.inputMissing` when the file cannot be read, `.security` when others than its
  ///   owner can read or write it, `.configuration` when it is not a regular file or its length
  ///   is out of range.
  public init(keyFile path: String) throws(PouchError) {
    key = try SecretKey(readingFile: path)
  }

  public func makeCodec(_ context: StageContext) throws(PouchError) -> any StageCodec {
    HMACSHA256Codec(try key.forConnection(context))
  }
}

extension HMACSHA256Stage: CustomStringConvertible, CustomReflectable {
  /// The name alone: a key belongs in no text.
  public var description: String { name.rawValue }

  /// Nothing: a key belongs in no text.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

private final class HMACSHA256Codec: StageCodec {
  private let mac: HMACSHA256
  /// How many frames of this direction went through this stage.
  private var number: UInt64 = 0

  init(_ mac: consuming HMACSHA256) {
    self.mac = mac
  }

  func encode(_ body: inout OutgoingBody, header: FrameHeader) throws(PouchError) -> Applied {
    try begin(header)
    try body.forEachSegment { (bytes) throws(PouchError) in try mac.update(bytes) }
    body.append(try mac.finish())
    number += 1
    return .applied
  }

  func decode(_ body: inout Bytes, header: FrameHeader, limit: Int) throws(PouchError) {
    let length = try Seal.contentLength(
      body, seal: HMACSHA256.size, limit: limit, HMACSHA256Stage.name)
    try begin(header)
    let agrees = try body.withUnsafeBytes { (bytes) throws(PouchError) in
      try mac.update(UnsafeRawBufferPointer(rebasing: bytes[..<length]))
      return Seal.agrees(try mac.finish(), UnsafeRawBufferPointer(rebasing: bytes[length...]))
    }
    guard agrees else { throw Seal.broken("HMAC-SHA-256", HMACSHA256Stage.name) }
    number += 1
    body = body.prefix(length)
  }

  func passOver(header: FrameHeader) throws(PouchError) {
    throw Seal.missing(HMACSHA256Stage.name)
  }

  private func begin(_ header: FrameHeader) throws(PouchError) {
    try mac.begin()
    try withUnsafeBytes(of: number.bigEndian) { (bytes) throws(PouchError) in
      try mac.update(bytes)
    }
    try header.withCoveredBytes { (bytes) throws(PouchError) in try mac.update(bytes) }
  }
}
