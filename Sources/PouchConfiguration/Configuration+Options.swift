public import Pouch
internal import PouchCore
internal import PouchStages

extension SenderOptions {
  /// The options that a configuration stands for.
  ///
  /// - Throws: What a stage's key file is refused for, should it have changed since it was checked.
  public init(_ configuration: SenderConfiguration) throws(PouchError) {
    self.init()
    framing = configuration.framing
    pipeline = try configuration.pipeline.map { (stage) throws(PouchError) in
      try stage.makeStage()
    }
    acknowledge = configuration.delivery.acknowledge
    window = configuration.delivery.window
    tls = configuration.tls
    limits = configuration.limits
    timeouts = configuration.timeouts
    transports.keepsPlainTCPOnLoopback = !configuration.insecure
  }
}

extension ReceiverOptions {
  /// The options that a configuration stands for.
  ///
  /// - Throws: What the key file of `hmac-sha-256` is refused for, should it have changed since it
  ///   was checked.
  public init(_ configuration: ReceiverConfiguration) throws(PouchError) {
    self.init()
    framing = configuration.framing
    formats = configuration.formats
    allowsNumPy = configuration.allowsNumPy
    let pipeline = configuration.pipeline
    let hmac = try pipeline.hmacKey.map { (path) throws(PouchError) in
      try HMACSHA256Stage(keyFile: path)
    }
    stages = StandardStages.registry(hmac: hmac)
    requiredStages = pipeline.require
    allowedStages = pipeline.require + pipeline.allow
    window = configuration.window
    tls = configuration.tls
    limits = configuration.limits
    timeouts = configuration.timeouts
    transports.keepsPlainTCPOnLoopback = !configuration.insecure
  }
}

extension StageSettings {
  fileprivate func makeStage() throws(PouchError) -> any Stage {
    switch self {
    case .deflate(let level, let minimum): try DeflateStage(level: level, minimum: minimum)
    case .crc32c: CRC32CStage()
    case .sha256: SHA256Stage()
    case .hmacSHA256(let key): try HMACSHA256Stage(keyFile: key)
    }
  }
}
