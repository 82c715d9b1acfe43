public import PouchCore

/// One stage of a sender's pipeline. Paths are resolved.
public enum StageSettings: Sendable, Hashable {
  /// Compresses bodies of `minimum` bytes or more with zlib.
  case deflate(level: Int, minimum: Int)
  case crc32c
  case sha256
  /// `key` is the path of a file whose bytes are the shared key.
  case hmacSHA256(key: String)

  /// The name on the wire.
  public var name: StageName {
    switch self {
    case .deflate: "deflate"
    case .crc32c: "crc32c"
    case .sha256: "sha-256"
    case .hmacSHA256: "hmac-sha-256"
    }
  }
}

/// Which pipelines a receiver accepts.
public struct PipelineDemand: Sendable, Hashable {
  /// Stages that a sender must announce.
  public var require: [StageName]
  /// Stages that it may announce as well.
  public var allow: [StageName]
  /// The path of a file whose bytes are the shared key of `hmac-sha-256`.
  public var hmacKey: String?
}
