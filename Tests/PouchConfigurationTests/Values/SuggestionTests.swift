import Testing

@testable import PouchConfiguration

@Suite("Suggestions")
struct SuggestionTests {
  private static let keys = ["trust", "certificate", "key", "policy", "server-name", "allow"]

  @Test(
    "are what was most likely meant",
    arguments: [
      ("certficate", "certificate"), ("certifciate", "certificate"), ("Trust", "trust"),
      ("server_name", "server-name"), ("servername", "server-name"), ("keys", "key"),
      ("polciy", "policy"), ("kye", "key"),
    ])
  func near(_ word: String, _ expected: String) {
    #expect(nearest(to: word, among: Self.keys) == expected)
  }

  @Test("are not made where nothing is near", arguments: ["", "x", "colour", "endpoint", "ké"])
  func far(_ word: String) {
    #expect(nearest(to: word, among: Self.keys) == nil)
    #expect(nearest(to: word, among: []) == nil)
  }

  @Test("come at once for a word of any length")
  func long() {
    #expect(nearest(to: String(repeating: "certificate", count: 100_000), among: Self.keys) == nil)
  }
}
