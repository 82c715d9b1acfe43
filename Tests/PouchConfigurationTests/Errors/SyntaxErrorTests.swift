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
      expected: """
        Configs/sender.yaml: error: the file is empty
             = begin it with 'version: 1'
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a file of comments", .sender,
      """
      # nothing

      """,
      expected: """
        Configs/sender.yaml: error: the file is empty
             = begin it with 'version: 1'
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a list instead of settings", .sender,
      """
      - connect

      """,
      expected: """
        Configs/sender.yaml:1:1: error: a configuration is a section of settings, not a list
           1 | - connect
             | ^
             = write one 'key: value' on each line, beginning with 'version: 1'
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a single word", .sender,
      """
      connect
      """,
      expected: """
        Configs/sender.yaml:1:1: error: a configuration is a section of settings, not a single value
           1 | connect
             | ^~~~~~~
             = write one 'key: value' on each line, beginning with 'version: 1'
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "no version", .sender,
      """
      connect: tcp://localhost:7447

      """,
      expected: """
        Configs/sender.yaml:1:1: error: the file does not say its version
           1 | connect: tcp://localhost:7447
             | ^
             = begin it with 'version: 1'
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "another version", .sender,
      """
      version: 2
      connect: quic://a

      """,
      expected: """
        Configs/sender.yaml:1:10: error: unknown version of configuration
           1 | version: 2
             |          ^
             = this program reads version 1
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "an unclosed brace", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits: {frame: 1 MiB
      log: {level: info}

      """,
      expected: """
        Configs/sender.yaml:4:4: error: this is not YAML: while parsing a flow mapping, did not find expected ',' or '}'
           4 | log: {level: info}
             |    ^
             = it begins in line 3, column 9
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a tab as indentation", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits:
      \tframe: 1 MiB

      """,
      expected: """
        Configs/sender.yaml:4:1: error: this is not YAML: while scanning for the next token, found character that cannot start any token
           4 | \tframe: 1 MiB
             | ^
             = indent with spaces, not tabs
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a variable in braces without quotes", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits: {frame: ${FRAME}}

      """,
      expected: """
        Configs/sender.yaml:3:18: error: this is not YAML: while parsing a flow mapping, did not find expected ',' or '}'
           3 | limits: {frame: ${FRAME}}
             |                  ^
             = inside { } and [ ], put a value with ${…} in quotes
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a key written twice", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits: {frame: 1 MiB, frame: 2 MiB}

      """,
      expected: """
        Configs/sender.yaml:3:10: error: 'frame' is written twice in one section
           3 | limits: {frame: 1 MiB, frame: 2 MiB}
             |          ^~~~~
             = keep one of them
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "two documents", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      ---
      version: 1

      """,
      expected: """
        Configs/sender.yaml:3:1: error: this is not YAML: expected a single document in the stream, but found another document
           3 | ---
             | ^
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "an alias to nothing", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits: *none

      """,
      expected: """
        Configs/sender.yaml:3:9: error: this is not YAML: found undefined alias
           3 | limits: *none
             |         ^
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a tag", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits: {frame: !size 1 MiB}

      """,
      expected: """
        Configs/sender.yaml:3:17: error: the tag '!size' means nothing here
           3 | limits: {frame: !size 1 MiB}
             |                 ^
             = remove it
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a key that is a list", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      ? [a, b]
      : 1

      """,
      expected: """
        Configs/sender.yaml:3:3: error: a key is a single word
           3 | ? [a, b]
             |   ^
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "an unclosed quote", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log: {level: "info}

      """,
      expected: """
        Configs/sender.yaml:3:14: error: this is not YAML: while scanning a quoted scalar, found unexpected end of stream
           3 | log: {level: "info}
             |              ^
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a control character", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log: {level: \u{1}}

      """,
      expected: """
        Configs/sender.yaml:3:14: error: this is not YAML: control characters are not allowed
           3 | log: {level:  }
             |              ^
        1 error in 1 file. Nothing was started.
        """),
  ]
}
