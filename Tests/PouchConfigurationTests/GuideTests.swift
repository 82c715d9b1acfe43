import Foundation
import Testing

@testable import PouchConfiguration

/// To bring the files up to date: `POUCH_WRITE_GUIDE=1 swift test --filter GuideTests`.
@Suite("What is written from the table")
struct GuideTests {
  static let pages: [(path: String, text: String)] = [
    ("docs/configuration.md", ConfigurationGuide.text),
    ("Configs/sender.schema.json", JSONSchema.text(for: .sender)),
    ("Configs/receiver.schema.json", JSONSchema.text(for: .receiver)),
  ]

  @Test("is up to date", arguments: pages)
  func upToDate(_ page: (path: String, text: String)) throws {
    if ProcessInfo.processInfo.environment["POUCH_WRITE_GUIDE"] == "1" {
      try page.text.write(
        toFile: Repository.path(page.path), atomically: true, encoding: .utf8)
    }
    #expect(try Repository.read(page.path) == page.text, "see the comment above this suite")
  }

  @Test("the guide names every setting, and its example is a sender's configuration")
  func complete() throws {
    let text = ConfigurationGuide.text
    for descriptor in Table.everything + StageSection.allCases.flatMap(\.descriptors) {
      #expect(text.contains("| `\(descriptor.name)` |"))
    }
    let example = try #require(
      text.split(separator: "```yaml\n").last?.split(separator: "```").first)
    #expect(try sender(String(example)).delivery.timeout == .seconds(30))
  }

  @Test("the schemas are JSON", arguments: Role.allCases)
  func schema(_ role: Role) throws {
    let object = try JSONSerialization.jsonObject(with: Data(JSONSchema.text(for: role).utf8))
    let schema = try #require(object as? [String: Any])
    let properties = try #require(schema["properties"] as? [String: Any])
    #expect(Set(properties.keys) == Set(Table(role).names(in: nil)))
  }
}
