import Foundation
import Testing

/// A directory of a test's own, removed with the last reference to it.
final class Workspace: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/pouch-e2e-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file whose bytes nothing compresses away: a different sequence for each name.
  @discardableResult
  func make(_ name: String, size: Int) throws -> String {
    var seed = name.utf8.reduce(UInt64(size) &+ 0x9E37_79B9_7F4A_7C15) { $0 &* 31 &+ UInt64($1) }
    var bytes = [UInt8](repeating: 0, count: size)
    for index in bytes.indices {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // Half of it repeats, so that compression has something to do.
      bytes[index] = index & 64 == 0 ? UInt8(truncatingIfNeeded: seed >> 56) : 0x61
    }
    try Data(bytes).write(to: URL(filePath: file(name)))
    return file(name)
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(filePath: file(name)))
    return file(name)
  }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: file(name))) }

  /// Everything in a directory, hidden files included; nothing when it is not there.
  func names(_ directory: String) -> [String] {
    ((try? FileManager.default.subpathsOfDirectory(atPath: file(directory))) ?? []).sorted()
  }

  /// The size of a file in bytes; nil when it is not there.
  func size(_ name: String) -> Int? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: file(name))
    return (attributes?[.size] as? NSNumber)?.intValue
  }

  /// Certificates of an authority of this workspace's own, in `name`.
  func makeCertificates(_ name: String = "Certs", receiver: String = "localhost") async throws {
    let made = try await run(.certs, ["create", "--output", file(name), "--name", receiver])
    try #require(made.status == 0, "\(made)")
  }
}

/// The files of the package's checkout.
enum Repository {
  static func path(_ relative: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: relative).path
  }
}
