/// The stages that come with the package, by their names on the wire.
enum StageKind: String, Sendable, CaseIterable {
  case deflate, crc32c
  case sha256 = "sha-256"
  case hmacSHA256 = "hmac-sha-256"
}

/// What an entry of a sender's pipeline can be.
enum StageSection: String, Sendable, CaseIterable {
  case compress, integrity

  var summary: String {
    switch self {
    case .compress: "Makes bodies smaller."
    case .integrity:
      """
      Finds changed bytes. `crc32c` and `sha-256` find faults of machines, not tampering: that is \
      what `hmac-sha-256` and TLS are for.
      """
    }
  }

  var descriptors: [Descriptor] {
    switch self {
    case .compress:
      [
        Settings.Compress.algorithm.descriptor, Settings.Compress.level.descriptor,
        Settings.Compress.minimum.descriptor,
      ]
    case .integrity:
      [Settings.Integrity.algorithm.descriptor, Settings.Integrity.key.descriptor]
    }
  }
}

enum CompressionAlgorithm: String, Sendable, CaseIterable {
  case deflate, none
}

enum IntegrityAlgorithm: String, Sendable, CaseIterable {
  case crc32c
  case sha256 = "sha-256"
  case hmacSHA256 = "hmac-sha-256"
}

extension Settings {
  enum Compress {
    static let algorithm =
      Setting.optional(
        "compress", "algorithm", as: .choice("algorithm"), roles: [.sender],
        "`deflate` is zlib; `none` leaves the stage out."
      ).required() as Setting<Placed<CompressionAlgorithm>?>
    static let level = Setting.value(
      "compress", "level", as: .count(1...9), initial: 1, roles: [.sender],
      "From 1, the fastest, to 9, the smallest.")
    static let minimum = Setting.value(
      "compress", "minimum", as: .size(0...(16 << 20)), initial: 512, roles: [.sender],
      "Bodies below this size travel as they are.")
  }

  enum Integrity {
    static let algorithm =
      Setting.optional(
        "integrity", "algorithm", as: .choice("algorithm"), roles: [.sender],
        "What is computed over each body and its header."
      ).required() as Setting<Placed<IntegrityAlgorithm>?>
    static let key = Setting.optional(
      "integrity", "key", as: .path, roles: [.sender],
      "For `hmac-sha-256`: file whose bytes are the key that the receiver shares.")
  }
}

extension Setting {
  func required() -> Setting {
    var copy = self
    copy.descriptor.isRequired = true
    return copy
  }
}
