internal import COpenSSL
import PouchCore

/// Key material: in memory of its own, overwritten before that memory is given back.
///
/// `@unchecked Sendable`: the bytes are written before `init` returns and only read afterwards.
final class SecretKey: @unchecked Sendable {
  static let shortest = 16
  static let longest = 4096

  private let bytes: UnsafeMutableRawBufferPointer

  /// - Parameter origin: What an error calls the key.
  /// - Throws: `.configuration` for a length out of range.
  init(copying source: UnsafeRawBufferPointer, from origin: String) throws(PouchError) {
    guard source.count >= SecretKey.shortest else {
      throw PouchError(
        .configuration,
        "\(origin) has \(source.count) bytes; \(HMACSHA256Stage.name) needs at least"
          + " \(SecretKey.shortest)",
        hint: "make one with: openssl rand -out shared.key 32", stage: HMACSHA256Stage.name)
    }
    guard source.count <= SecretKey.longest else {
      throw PouchError(
        .configuration, "\(origin) has more than \(SecretKey.longest) bytes",
        hint: "make one with: openssl rand -out shared.key 32", stage: HMACSHA256Stage.name)
    }
    bytes = .allocate(byteCount: source.count, alignment: 8)
    bytes.copyMemory(from: source)
  }

  /// The authentication of one direction of the connection that `context` describes
  /// (docs/wire.md, "Pipeline").
  func forConnection(_ context: StageContext) throws(PouchError) -> HMACSHA256 {
    let derivation = try HMACSHA256(key: UnsafeRawBufferPointer(bytes))
    try derivation.begin()
    try Bytes(utf8: "pouch/1 hmac-sha-256").withUnsafeBytes { (label) throws(PouchError) in
      try derivation.update(label)
    }
    try withUnsafeBytes(of: context.direction.rawValue) { (byte) throws(PouchError) in
      try derivation.update(byte)
    }
    try context.nonces.withUnsafeBytes { (nonces) throws(PouchError) in
      try derivation.update(nonces)
    }
    return try HMACSHA256(key: try derivation.finish())
  }

  deinit {
    OPENSSL_cleanse(bytes.baseAddress, bytes.count)
    bytes.deallocate()
  }
}
