import Testing

@testable import PouchConfiguration

@Suite("What is not YAML, or not a configuration")
struct SyntaxErrorTests {
  @Test("are reported with their place and a hint", arguments: cases)
  func report(_ example: ErrorCase) {
    #expect(example.actual == example.expected)
  }

  static let cases = [
    ErrorCase(
      "an empty file", .sender,
      "",
      expected: ""),
    ErrorCase(
      "a file of comments", .sender,
      """
      # nothing

      """,
      expected: ""),
    ErrorCase(
      "a list instead of settings", .sender,
      """
      - connect

      """,
      expected: ""),
    ErrorCase(
      "a single word", .sender,
      """
      connect
      """,
      expected: ""),
    ErrorCase(
      "no version", .sender,
      """
      connect: tcp://localhost:7447

      """,
      expected: ""),
    ErrorCase(
      "another version", .sender,
      """
      version: 2
      connect: quic://a

      """,
      expected: ""),
    ErrorCase(
      "an unclosed brace", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits: {frame: 1 MiB
      log: {level: info}

      """,
      expected: ""),
    ErrorCase(
      "a tab as indentation", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits:
      \tframe: 1 MiB

      """,
      expected: ""),
    ErrorCase(
      "a variable in braces without quotes", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits: {frame: ${FRAME}}

      """,
      expected: ""),
    ErrorCase(
      "a key written twice", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits: {frame: 1 MiB, frame: 2 MiB}

      """,
      expected: ""),
    ErrorCase(
      "two documents", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      ---
      version: 1

      """,
      expected: ""),
    ErrorCase(
      "an alias to nothing", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits: *none

      """,
      expected: ""),
    ErrorCase(
      "a tag", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits: {frame: !size 1 MiB}

      """,
      expected: ""),
    ErrorCase(
      "a key that is a list", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      ? [a, b]
      : 1

      """,
      expected: ""),
    ErrorCase(
      "an unclosed quote", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log: {level: "info}

      """,
      expected: ""),
    ErrorCase(
      "a control character", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log: {level: \u{1}}

      """,
      expected: ""),
  ]
}
