import Testing

@testable import PouchConfiguration

@Suite("Values that a setting cannot take")
struct ValueErrorTests {
  @Test("are reported with their place and a hint", arguments: cases)
  func report(_ example: ErrorCase) {
    #expect(example.actual == example.expected)
  }

  static let cases = [
    ErrorCase(
      "words, numbers and lists of the wrong type", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      insecure: yes
      limits: {connections: many, frame: [1, 2]}
      log: {level: {deep: 1}}

      """,
      expected: ""),
    ErrorCase(
      "sizes", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits:
        frame: 8 mib
        object: large
        stream: 5 XB
      delivery: {window: 99999999999 TiB}
      pipeline: [{compress: {algorithm: deflate, minimum: 0.5 B}}]

      """,
      expected: ""),
    ErrorCase(
      "durations", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      timeouts:
        connect: 30
        hello: 5 m
        close: soon
        body: -1 s
        drain: 0.1 ns
        heartbeat: 9 weeks

      """,
      expected: ""),
    ErrorCase(
      "values out of range", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits: {frame: 1 KiB, connections: 0}
      timeouts: {connect: 2 d}

      """,
      expected: ""),
    ErrorCase(
      "no value", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits:
        frame:
        object: ~

      """,
      expected: ""),
    ErrorCase(
      "an empty text", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: '', certificate: ../Certs/sender.pem, key: ../Certs/sender.key}

      """,
      expected: ""),
    ErrorCase(
      "unknown words", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      delivery: {acknowledge: recieved}
      log: {level: loud, format: xml}

      """,
      expected: ""),
    ErrorCase(
      "a wrong value in double quotes", .sender,
      #"""
      version: 1
      connect: tcp://localhost:7447
      log: {level: "lo\"ud"}

      """#,
      expected: ""),
    ErrorCase(
      "a wrong value in single quotes", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log: {level: 'lo''ud'}

      """,
      expected: ""),
    ErrorCase(
      "a wrong value behind a tab and wide text", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log: {\tlevel: über, format: täxt}

      """,
      expected: ""),
    ErrorCase(
      "a value over several lines", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log:
        level: |
          info
          debug

      """,
      expected: ""),
    ErrorCase(
      "more unauthenticated connections than connections", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      limits: {connections: 10, unauthenticated: 20}

      """,
      expected: ""),
  ]
}
