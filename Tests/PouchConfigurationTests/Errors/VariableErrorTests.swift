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
      expected: """
        Configs/sender.yaml:2:16: error: the environment has no variable 'HOST'
           2 | connect: tcp://${HOST}:7447
             |                ^~~~~~~
             = set it, or write ${HOST:-default}
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a message of the file's own", .sender,
      """
      version: 1
      connect: tcp://localhost:${PORT:?the port of the receiver}

      """,
      expected: """
        Configs/sender.yaml:2:26: error: PORT: the port of the receiver
           2 | connect: tcp://localhost:${PORT:?the port of the receiver}
             |                          ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
             = set the environment variable PORT
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a variable without a message", .sender,
      """
      version: 1
      connect: tcp://localhost:${PORT:?}

      """,
      expected: """
        Configs/sender.yaml:2:26: error: 'PORT' is not set
           2 | connect: tcp://localhost:${PORT:?}
             |                          ^~~~~~~~~
             = set the environment variable PORT
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "an unset variable inside quotes", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits: {frame: "${FRAME}"}

      """,
      expected: """
        Configs/sender.yaml:3:18: error: the environment has no variable 'FRAME'
           3 | limits: {frame: "${FRAME}"}
             |                  ^~~~~~~~
             = set it, or write ${FRAME:-default}
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a lone dollar", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log: {level: $LEVEL}

      """,
      expected: """
        Configs/sender.yaml:3:14: error: a '$' stands alone
           3 | log: {level: $LEVEL}
             |              ^
             = write ${NAME}, ${NAME:-default} or ${NAME:?message}; $$ is a dollar
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "an open brace", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log:
        level: ${LEVEL

      """,
      expected: """
        Configs/sender.yaml:4:10: error: '${' is not closed
           4 |   level: ${LEVEL
             |          ^~~~~~~
             = write ${NAME}, ${NAME:-default} or ${NAME:?message}; $$ is a dollar
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "no name", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log:
        level: ${}
        format: ${1A}

      """,
      expected: """
        Configs/sender.yaml:4:10: error: '${}' does not name a variable
           4 |   level: ${}
             |          ^~~
             = write ${NAME}, ${NAME:-default} or ${NAME:?message}; $$ is a dollar
        Configs/sender.yaml:5:11: error: '${1A}' does not name a variable
           5 |   format: ${1A}
             |           ^~~~~
             = write ${NAME}, ${NAME:-default} or ${NAME:?message}; $$ is a dollar
        2 errors in 1 file. Nothing was started.
        """),
    ErrorCase(
      "an operator of another shell", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log:
        level: ${LEVEL:+info}

      """,
      expected: """
        Configs/sender.yaml:4:10: error: '${LEVEL:+info}' is not understood
           4 |   level: ${LEVEL:+info}
             |          ^~~~~~~~~~~~~~
             = write ${NAME}, ${NAME:-default} or ${NAME:?message}; $$ is a dollar
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a wrong value in a variable", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log:
        level: ${LEVEL}

      """,
      environment: ["LEVEL": "loud"],
      expected: """
        Configs/sender.yaml:4:10: error: unknown level 'loud' for 'log'
           4 |   level: ${LEVEL}
             |          ^~~~~~~~
             = available: error, warning, notice, info, debug, trace
        1 error in 1 file. Nothing was started.
        """),
  ]
}
