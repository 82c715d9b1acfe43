import PouchCore
import Testing

@testable import PouchConfiguration

@Suite("Variables")
struct ExpansionTests {
  private static let environment = ["HOST": "db1", "EMPTY": "", "A_1": "x", "DOLLAR": "${HOST}"]

  @Test(
    "are replaced by what the environment says",
    arguments: [
      ("", ""), ("plain", "plain"), ("${HOST}", "db1"), ("tcp://${HOST}:1", "tcp://db1:1"),
      ("${HOST}${A_1}", "db1x"), ("${EMPTY}", ""), ("${EMPTY:-text}", "text"),
      ("${NONE:-text}", "text"), ("${HOST:-text}", "db1"), ("${NONE:-}", ""),
      ("${HOST:?needed}", "db1"), ("$$", "$"), ("$${HOST}", "${HOST}"), ("$$$$", "$$"),
      ("$$${HOST}", "$db1"), ("${NONE:-${HOST}}", "db1"), ("${NONE:-a${EMPTY:-b}c}", "abc"),
      ("${NONE:-$$}", "$"), ("${NONE:-a:-b}", "a:-b"), ("{}", "{}"), ("}", "}"),
      ("é${HOST}é", "édb1é"), ("${DOLLAR}", "${HOST}"),
    ])
  func expand(_ text: String, _ expected: String) throws {
    #expect(try Expansion(environment: Self.environment).expand(text) == expected)
  }

  @Test(
    "that are not there, or not written like one, are refused",
    arguments: [
      "$", "$HOST", "${", "${}", "${HOST", "${NONE}", "${EMPTY:?needed}", "${NONE:?}", "${1}",
      "${é}", "${HOST:+x}", "${HOST-x}", "${HOST:}", "${ HOST}", "${NONE:-${}}", "a$",
      "${NONE:-$}",
    ])
  func refuse(_ text: String) {
    #expect(throws: Expansion.Failure.self) {
      try Expansion(environment: Self.environment).expand(text)
    }
  }

  @Test("nested without end are refused")
  func depth() {
    let text = String(repeating: "${NONE:-", count: 20) + "x" + String(repeating: "}", count: 20)
    #expect(throws: Expansion.Failure.self) { try Expansion(environment: [:]).expand(text) }
  }

  @Test("are expanded in files alone")
  func filesOnly() throws {
    let configuration = try sender(
      "version: 1\nconnect: unix:${NAME}\n", environment: ["NAME": "@from-file"])
    #expect(configuration.endpoints.endpoints.map(\.description) == ["unix:@from-file"])
    let other = try sender("version: 1\n", set: ["connect=unix:@${NAME}"])
    #expect(other.endpoints.endpoints.map(\.description) == ["unix:@${NAME}"])
  }

  @Test("are not YAML: what they hold stays one value")
  func notParsed() throws {
    let text = errors { () throws(ConfigurationErrors) in
      try sender(
        "version: 1\nconnect: ${LIST}\n", environment: ["LIST": "[tcp://a:1, tcp://b:2]"])
    }
    #expect(text.contains("'[tcp://a:1, tcp://b:2]' is not an endpoint"))
  }
}
