import Testing

@testable import PouchConfiguration

@Suite("Settings from outside the file that are wrong")
struct OverrideErrorTests {
  @Test("are reported with their place and a hint", arguments: cases)
  func report(_ example: ErrorCase) {
    #expect(example.actual == example.expected)
  }

  static let cases = [
    ErrorCase(
      "an unknown name", .sender,
      """
      version: 1
      connect: tcp://localhost:7447

      """,
      set: ["limits.fram=1MiB", "nothing=1", "limits.frame"],
      expected: ""),
    ErrorCase(
      "a wrong value", .sender,
      """
      version: 1
      connect: tcp://localhost:7447

      """,
      set: ["limits.frame=1mib"],
      expected: ""),
    ErrorCase(
      "another role's setting", .sender,
      """
      version: 1
      connect: tcp://localhost:7447

      """,
      set: ["output.directory=x", "output={directory: x}"],
      expected: ""),
    ErrorCase(
      "a value that is not YAML", .sender,
      """
      version: 1
      connect: tcp://localhost:7447

      """,
      set: ["connect=[a", "tls=text", "pipeline=[{compress: {algorithm: lz4}}]"],
      expected: ""),
    ErrorCase(
      "a version", .sender,
      """
      version: 1
      connect: tcp://localhost:7447

      """,
      set: ["version=1"],
      expected: ""),
    ErrorCase(
      "the environment", .sender,
      """
      version: 1
      connect: tcp://localhost:7447

      """,
      environment: ["POUCH_LIMITS__FRAME": "1", "POUCH_LIMITS__FRAM": "1 MiB", "POUCH_WHAT__EVER": "x", "POUCH_HOST": "x"],
      expected: ""),
    ErrorCase(
      "an option", .sender,
      """
      version: 1
      connect: tcp://localhost:7447

      """,
      options: [SettingOption("--timeout", "delivery.timeout", "5")],
      expected: ""),
    ErrorCase(
      "all of them at once", .sender,
      """
      version: 1
      connect: tcp://db1:1
      limts: {}

      """,
      environment: ["POUCH_LOG__LEVEL": "loud"],
      set: ["timeouts.close=1"],
      options: [SettingOption("--acknowledge", "delivery.acknowledge", "always")],
      expected: ""),
  ]
}
