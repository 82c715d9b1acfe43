import Foundation
import Pouch
import Testing

@testable import PouchConfiguration

@Suite("The example configurations")
struct ExampleTests {
  private static let names = [
    "tcp", "unix", "tls", "length10", "deflate", "crc32c", "sha-256", "hmac-sha-256",
  ]

  @Test(
    "a sender's and a receiver's for each transport, framing and stage fit together",
    arguments: names)
  func pair(_ name: String) throws {
    let files = try examples()
    let sender = try reader("sender-\(name)", files).sender()
    let receiver = try reader("receiver-\(name)", files).receiver()
    #expect(sender.endpoints.endpoints == receiver.endpoints.endpoints)
    let announced = sender.pipeline.map(\.name)
    #expect(Set(receiver.pipeline.require).isSubset(of: announced))
    #expect(Set(announced).isSubset(of: receiver.pipeline.require + receiver.pipeline.allow))
    #expect(sender.framing == receiver.framing)
    #expect((sender.framing == .length10) == (name == "length10"))
    if !["tcp", "unix", "tls", "length10"].contains(name) {
      #expect(announced.map(\.rawValue) == [name])
    }
  }

  @Test("every file of the folder is one of them, and says what it is for")
  func complete() throws {
    let listed = try FileManager.default.contentsOfDirectory(atPath: Repository.path("Configs"))
      .filter { $0.hasSuffix(".yaml") }
    let expected = Self.names.flatMap { ["sender-\($0).yaml", "receiver-\($0).yaml"] }
    #expect(listed.sorted() == expected.sorted())
    for name in listed {
      let role = name.hasPrefix("sender") ? "sender" : "receiver"
      let text = try Repository.read("Configs/\(name)")
      #expect(
        text.hasPrefix("# yaml-language-server: $schema=\(role).schema.json\n# "), "\(name)")
    }
  }

  /// The files of `Configs` as they are, with certificates that only the test has.
  private func examples() throws -> MemoryFiles {
    var files = MemoryFiles.withCertificates()
    for name in Self.names {
      for role in Role.allCases {
        let path = "Configs/\(role)-\(name).yaml"
        files.texts[path] = try Repository.read(path)
      }
    }
    return files
  }

  private func reader(_ name: String, _ files: MemoryFiles) -> ConfigurationReader {
    ConfigurationReader(file: "Configs/\(name).yaml", environment: [:], files: files)
  }
}
