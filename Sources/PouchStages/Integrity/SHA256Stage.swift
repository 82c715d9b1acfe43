public import PouchCore

/// Finds bytes that were damaged on the way with certainty for any practical purpose: a SHA-256
/// (FIPS 180-4) behind the body.
///
/// Covers the header's fields and the body with 32 bytes. Without a key it is no protection
/// against somebody who changes frames on purpose, who can compute a new digest. That takes TLS
/// or `HMACSHA256Stage`.
public struct SHA256Stage: Stage {
  /// `sha-256`.
  public static let name: StageName = "sha-256"

  public var name: StageName { SHA256Stage.name }

  public init() {}

  public func makeCodec(_ context: StageContext) throws(PouchError) -> any StageCodec {
    SHA256Codec(try SHA256())
  }
}

private final class SHA256Codec: StageCodec {
  private let sum: SHA256

  init(_ sum: consuming SHA256) {
    self.sum = sum
  }

  func encode(_ body: inout OutgoingBody, header: FrameHeader) throws(PouchError) -> Applied {
    try begin(header)
    try body.forEachSegment { (bytes) throws(PouchError) in try sum.update(bytes) }
    body.append(try sum.finish())
    return .applied
  }

  func decode(_ body: inout Bytes, header: FrameHeader, limit: Int) throws(PouchError) {
    let length = try Seal.contentLength(
      body, seal: SHA256.size, limit: limit, SHA256Stage.name)
    try begin(header)
    let agrees = try body.withUnsafeBytes { (bytes) throws(PouchError) in
      try sum.update(UnsafeRawBufferPointer(rebasing: bytes[..<length]))
      return Seal.agrees(try sum.finish(), UnsafeRawBufferPointer(rebasing: bytes[length...]))
    }
    guard agrees else { throw Seal.broken("SHA-256", SHA256Stage.name) }
    body = body.prefix(length)
  }

  func passOver(header: FrameHeader) throws(PouchError) {
    throw Seal.missing(SHA256Stage.name)
  }

  private func begin(_ header: FrameHeader) throws(PouchError) {
    try sum.begin()
    try header.withCoveredBytes { (bytes) throws(PouchError) in try sum.update(bytes) }
  }
}
