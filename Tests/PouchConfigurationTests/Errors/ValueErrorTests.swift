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
      expected: """
        Configs/sender.yaml:3:11: error: 'insecure' must be true or false, not 'yes'
           3 | insecure: yes
             |           ^~~
        Configs/sender.yaml:4:23: error: 'limits.connections' must be a whole number, not 'many'
           4 | limits: {connections: many, frame: [1, 2]}
             |                       ^~~~
        Configs/sender.yaml:4:36: error: 'limits.frame' takes a size, not a list
           4 | limits: {connections: many, frame: [1, 2]}
             |                                    ^
        Configs/sender.yaml:5:14: error: 'log.level' takes a word, not a section
           5 | log: {level: {deep: 1}}
             |              ^
        4 errors in 1 file. Nothing was started.
        """),
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
      expected: """
        Configs/sender.yaml:4:10: error: '8 mib' is not a size: 'mib' is not a unit
           4 |   frame: 8 mib
             |          ^~~~~
             = did you mean 'MiB'? units: B, KiB, MiB, GiB, TiB, kB, MB, GB, TB
        Configs/sender.yaml:5:11: error: 'large' is not a size
           5 |   object: large
             |           ^~~~~
             = write a number and a unit, such as 8 MiB
        Configs/sender.yaml:6:11: error: '5 XB' is not a size: 'XB' is not a unit
           6 |   stream: 5 XB
             |           ^~~~
             = units: B, KiB, MiB, GiB, TiB, kB, MB, GB, TB
        Configs/sender.yaml:7:20: error: '99999999999 TiB' is more than this machine can count
           7 | delivery: {window: 99999999999 TiB}
             |                    ^~~~~~~~~~~~~~~
        Configs/sender.yaml:8:53: error: '0.5 B' is not a whole number of bytes
           8 | pipeline: [{compress: {algorithm: deflate, minimum: 0.5 B}}]
             |                                                     ^~~~~
        5 errors in 1 file. Nothing was started.
        """),
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
      expected: """
        Configs/sender.yaml:4:12: error: '30' has no unit: a duration needs one
           4 |   connect: 30
             |            ^~
             = write 30 s or 30 ms
        Configs/sender.yaml:5:10: error: '5 m' is not a duration: 'm' is not a unit
           5 |   hello: 5 m
             |          ^~~
             = did you mean 'min'? units: ns, us, ms, s, min, h, d
        Configs/sender.yaml:6:10: error: 'soon' is not a duration
           6 |   close: soon
             |          ^~~~
             = write a number and a unit, such as 250 ms
        Configs/sender.yaml:7:9: error: '-1 s' is not a duration
           7 |   body: -1 s
             |         ^~~~
             = write a number and a unit, such as 250 ms
        Configs/sender.yaml:8:10: error: '0.1 ns' is finer than a nanosecond
           8 |   drain: 0.1 ns
             |          ^~~~~~
        Configs/sender.yaml:9:14: error: '9 weeks' is not a duration: 'weeks' is not a unit
           9 |   heartbeat: 9 weeks
             |              ^~~~~~~
             = units: ns, us, ms, s, min, h, d
        6 errors in 1 file. Nothing was started.
        """),
    ErrorCase(
      "values out of range", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits: {frame: 1 KiB, connections: 0}
      timeouts: {connect: 2 d}

      """,
      expected: """
        Configs/sender.yaml:3:17: error: 'limits.frame' must be 8 KiB to 16 MiB, not 1 KiB
           3 | limits: {frame: 1 KiB, connections: 0}
             |                 ^~~~~
        Configs/sender.yaml:3:37: error: 'limits.connections' must be 1 to 1000000, not 0
           3 | limits: {frame: 1 KiB, connections: 0}
             |                                     ^
        Configs/sender.yaml:4:21: error: 'timeouts.connect' must be 1 ms to 1 d, not 2 d
           4 | timeouts: {connect: 2 d}
             |                     ^~~
        3 errors in 1 file. Nothing was started.
        """),
    ErrorCase(
      "no value", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits:
        frame:
        object: ~

      """,
      expected: """
        Configs/sender.yaml:4:3: error: 'limits.frame' has no value
           4 |   frame:
             |   ^~~~~
             = write a size, or remove the key
        Configs/sender.yaml:5:3: error: 'limits.object' has no value
           5 |   object: ~
             |   ^~~~~~
             = write a size, or remove the key
        2 errors in 1 file. Nothing was started.
        """),
    ErrorCase(
      "an empty text", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: '', certificate: ../Certs/sender.pem, key: ../Certs/sender.key}

      """,
      expected: """
        Configs/sender.yaml:3:14: error: 'tls.trust' is empty
           3 | tls: {trust: '', certificate: ../Certs/sender.pem, key: ../Certs/sender.key}
             |              ^~
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "unknown words", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      delivery: {acknowledge: recieved}
      log: {level: loud, format: xml}

      """,
      expected: """
        Configs/sender.yaml:3:25: error: unknown acknowledgement level 'recieved' for 'delivery'
           3 | delivery: {acknowledge: recieved}
             |                         ^~~~~~~~
             = did you mean 'received'? available: none, received, processed
        Configs/sender.yaml:4:14: error: unknown level 'loud' for 'log'
           4 | log: {level: loud, format: xml}
             |              ^~~~
             = available: error, warning, notice, info, debug, trace
        Configs/sender.yaml:4:28: error: unknown format 'xml' for 'log'
           4 | log: {level: loud, format: xml}
             |                            ^~~
             = available: text, json
        3 errors in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a wrong value in double quotes", .sender,
      #"""
      version: 1
      connect: tcp://localhost:7447
      log: {level: "lo\"ud"}

      """#,
      expected: #"""
        Configs/sender.yaml:3:14: error: unknown level 'lo"ud' for 'log'
           3 | log: {level: "lo\"ud"}
             |              ^~~~~~~~
             = available: error, warning, notice, info, debug, trace
        1 error in 1 file. Nothing was started.
        """#),
    ErrorCase(
      "a wrong value in single quotes", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log: {level: 'lo''ud'}

      """,
      expected: """
        Configs/sender.yaml:3:14: error: unknown level 'lo'ud' for 'log'
           3 | log: {level: 'lo''ud'}
             |              ^~~~~~~~
             = available: error, warning, notice, info, debug, trace
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a wrong value behind a tab and wide text", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log: {\tlevel: über, format: täxt}

      """,
      expected: """
        Configs/sender.yaml:3:15: error: unknown level 'über' for 'log'
           3 | log: {\tlevel: über, format: täxt}
             |       \t       ^~~~
             = available: error, warning, notice, info, debug, trace
        Configs/sender.yaml:3:29: error: unknown format 'täxt' for 'log'
           3 | log: {\tlevel: über, format: täxt}
             |       \t                     ^~~~
             = did you mean 'text'? available: text, json
        2 errors in 1 file. Nothing was started.
        """),
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
      expected: #"""
        Configs/sender.yaml:4:10: error: unknown level 'info\u{a}debug\u{a}' for 'log'
           4 |   level: |
             |          ^
             = available: error, warning, notice, info, debug, trace
        1 error in 1 file. Nothing was started.
        """#),
    ErrorCase(
      "more unauthenticated connections than connections", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      limits: {connections: 10, unauthenticated: 20}

      """,
      expected: """
        Configs/receiver.yaml:3:44: error: 'limits.unauthenticated' is more than 'limits.connections', 10
           3 | limits: {connections: 10, unauthenticated: 20}
             |                                            ^~
             = it counts some of the same connections: lower it
        1 error in 1 file. Nothing was started.
        """),
  ]
}
