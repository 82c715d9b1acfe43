import CBOR
import Foundation
import Pouch
import PouchCore
import Testing

@testable import PouchConfiguration

@Suite("The library's options")
struct OptionsTests {
  @Test("a sender's have the pipeline in its order")
  func senderOptions() throws {
    let key = FileManager.default.temporaryDirectory
      .appending(path: "pouch-options-\(UUID().uuidString).key").path
    defer { try? FileManager.default.removeItem(atPath: key) }
    #expect(
      FileManager.default.createFile(
        atPath: key, contents: Data(repeating: 7, count: 32), attributes: [.posixPermissions: 0o600]
      ))
    var files = MemoryFiles.withCertificates()
    files.add(key, mode: 0o600, size: 32)
    let configuration = try sender(
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem}
      pipeline:
        - compress: {algorithm: deflate, level: 3}
        - integrity: {algorithm: crc32c}
        - integrity: {algorithm: sha-256}
        - integrity: {algorithm: hmac-sha-256, key: \(key)}
      delivery: {acknowledge: none, window-objects: 5}
      limits: {frame: 1 MiB}
      timeouts: {hello: 1 s}
      """, files: files)
    let options = try SenderOptions(configuration)
    #expect(
      options.pipeline.map(\.name.rawValue) == ["deflate", "crc32c", "sha-256", "hmac-sha-256"])
    #expect(options.pipeline.first?.parameters["level"]?.unsignedInteger == 3)
    #expect(options.acknowledge == .none)
    #expect(options.window.objects == 5)
    #expect(options.tls?.trust == "Certs/ca.pem")
    #expect(options.limits.frame == 1 << 20)
    #expect(options.timeouts.hello == .seconds(1))
  }

  @Test("a receiver's allow what is required, too")
  func receiverOptions() throws {
    let configuration = try receiver(
      """
      version: 1
      listen: unix:@x
      pipeline: {require: [crc32c], allow: [deflate]}
      delivery: {window: 1 MiB}
      limits: {stream: 1 GiB}
      """)
    let options = try ReceiverOptions(configuration)
    #expect(options.requiredStages == ["crc32c"])
    #expect(options.allowedStages == ["crc32c", "deflate"])
    #expect(options.stages.names.map(\.rawValue) == ["crc32c", "deflate", "sha-256"])
    #expect(options.window.bytes == 1 << 20)
    #expect(options.limits.stream == 1 << 30)
  }

  @Test("a key that is gone by then is an error")
  func missingKey() throws {
    let configuration = try receiver(
      """
      version: 1
      listen: unix:@x
      pipeline: {require: [hmac-sha-256], hmac-key: ../Certs/hmac.key}
      """)
    #expect(throws: PouchError.self) {
      var copy = configuration
      copy.pipeline.hmacKey = "/nowhere/hmac.key"
      _ = try ReceiverOptions(copy)
    }
  }
}
