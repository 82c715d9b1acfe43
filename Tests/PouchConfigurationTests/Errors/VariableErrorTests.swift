import Testing

@testable import PouchConfiguration

@Suite("Variables that cannot be expanded")
struct VariableErrorTests {
  @Test("are reported with their place and a hint", arguments: cases)
  func report(_ example: ErrorCase) {
    #expect(example.actual == example.expected)
  }

  static let cases = [
    ErrorCase(
      "an unset variable", .sender,
      """
      version: 1
      connect: tcp://${HOST}:7447

      """,
      expected: ""),
    ErrorCase(
      "a message of the file's own", .sender,
      """
      version: 1
      connect: tcp://localhost:${PORT:?the port of the receiver}

      """,
      expected: ""),
    ErrorCase(
      "a variable without a message", .sender,
      """
      version: 1
      connect: tcp://localhost:${PORT:?}

      """,
      expected: ""),
    ErrorCase(
      "an unset variable inside quotes", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits: {frame: "${FRAME}"}

      """,
      expected: ""),
    ErrorCase(
      "a lone dollar", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log: {level: $LEVEL}

      """,
      expected: ""),
    ErrorCase(
      "an open brace", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log:
        level: ${LEVEL

      """,
      expected: ""),
    ErrorCase(
      "no name", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log:
        level: ${}
        format: ${1A}

      """,
      expected: ""),
    ErrorCase(
      "an operator of another shell", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log:
        level: ${LEVEL:+info}

      """,
      expected: ""),
    ErrorCase(
      "a wrong value in a variable", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log:
        level: ${LEVEL}

      """,
      environment: ["LEVEL": "loud"],
      expected: ""),
  ]
}
