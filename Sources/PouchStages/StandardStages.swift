internal import CBOR
public import PouchCore

/// The stages that come with the package.
public enum StandardStages {
  /// A registry of `deflate`, `crc32c`, `sha-256`, and, where a key is given, `hmac-sha-256`.
  ///
  /// - Parameter hmac: The stage that holds the shared key; without one, a peer that announces
  ///   `hmac-sha-256` is refused.
  public static func registry(hmac: HMACSHA256Stage? = nil) -> StageRegistry {
    var registry = StageRegistry()
    registry.register(DeflateStage.name) { parameters throws(PouchError) in
      try makeDeflate(parameters)
    }
    registry.register(CRC32CStage.name) { parameters throws(PouchError) in
      try requireNone(parameters, CRC32CStage.name)
      return CRC32CStage()
    }
    registry.register(SHA256Stage.name) { parameters throws(PouchError) in
      try requireNone(parameters, SHA256Stage.name)
      return SHA256Stage()
    }
    if let hmac {
      registry.register(HMACSHA256Stage.name) { parameters throws(PouchError) in
        try requireNone(parameters, HMACSHA256Stage.name)
        return hmac
      }
    }
    return registry
  }

  private static func makeDeflate(
    _ parameters: [String: CBOR.Value]
  ) throws(PouchError) -> DeflateStage {
    var others = parameters
    guard let announced = others.removeValue(forKey: "level") else {
      try requireNone(others, DeflateStage.name)
      return try DeflateStage()
    }
    try requireNone(others, DeflateStage.name)
    guard let level = announced.unsignedInteger, (1...9).contains(level) else {
      throw mismatch("'level' is not an integer from 1 to 9", DeflateStage.name)
    }
    return try DeflateStage(level: Int(level))
  }

  /// A parameter that is not known here may change what the stage does, and cannot be ignored.
  private static func requireNone(
    _ parameters: [String: CBOR.Value], _ stage: StageName
  ) throws(PouchError) {
    guard let unknown = parameters.keys.min() else { return }
    throw mismatch("'\(unknown)' is not known here", stage)
  }

  private static func mismatch(_ reason: String, _ stage: StageName) -> PouchError {
    PouchError(
      .protocolMismatch,
      "the stage \(stage) was announced with a parameter that cannot be used: \(reason)",
      stage: stage)
  }
}
