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
      expected: """
        --set limits.fram: error: unknown setting 'limits.fram'
             = did you mean 'limits.frame'?
        --set limits.frame: error: it has no value
             = write --set key.path=value, such as --set limits.frame=8MiB
        --set nothing: error: unknown setting 'nothing'
             = settings and sections: connect, listen, insecure, framing, tls, pipeline, delivery, input, limits, timeouts, log
        3 errors. Nothing was started.
        """),
    ErrorCase(
      "a wrong value", .sender,
      """
      version: 1
      connect: tcp://localhost:7447

      """,
      set: ["limits.frame=1mib"],
      expected: """
        --set limits.frame: error: '1mib' is not a size: 'mib' is not a unit
             = did you mean 'MiB'? units: B, KiB, MiB, GiB, TiB, kB, MB, GB, TB
        1 error. Nothing was started.
        """),
    ErrorCase(
      "another role's setting", .sender,
      """
      version: 1
      connect: tcp://localhost:7447

      """,
      set: ["output.directory=x", "output={directory: x}"],
      expected: """
        --set output: error: 'output' is a setting of a receiver, and this is a sender
             = remove it
        --set output.directory: error: 'output.directory' is a setting of a receiver, and this is a sender
             = remove it
        2 errors. Nothing was started.
        """),
    ErrorCase(
      "a value that is not YAML", .sender,
      """
      version: 1
      connect: tcp://localhost:7447

      """,
      set: ["connect=[a", "tls=text", "pipeline=[{compress: {algorithm: lz4}}]"],
      expected: """
        --set connect: error: this is not YAML: while parsing a flow sequence, did not find expected ',' or ']'
        --set pipeline: error: unknown algorithm 'lz4' for 'compress'
             = available: deflate, none
        --set tls: error: 'tls' is a section, not a single value
             = write tls: {trust: …, certificate: …}
        3 errors. Nothing was started.
        """),
    ErrorCase(
      "a version", .sender,
      """
      version: 1
      connect: tcp://localhost:7447

      """,
      set: ["version=1"],
      expected: """
        --set version: error: unknown setting 'version'
             = settings and sections: connect, listen, insecure, framing, tls, pipeline, delivery, input, limits, timeouts, log
        1 error. Nothing was started.
        """),
    ErrorCase(
      "the environment", .sender,
      """
      version: 1
      connect: tcp://localhost:7447

      """,
      environment: [
        "POUCH_LIMITS__FRAME": "1", "POUCH_LIMITS__FRAM": "1 MiB", "POUCH_WHAT__EVER": "x",
        "POUCH_HOST": "x",
      ],
      expected: """
        environment POUCH_LIMITS__FRAM: error: no setting has this name
             = did you mean POUCH_LIMITS__FRAME?
        environment POUCH_LIMITS__FRAME: error: 'limits.frame' must be 8 KiB to 16 MiB, not 1 B
        environment POUCH_WHAT__EVER: error: no setting has this name
             = names are POUCH_SECTION__KEY, such as POUCH_LIMITS__FRAME
        3 errors. Nothing was started.
        """),
    ErrorCase(
      "an option", .sender,
      """
      version: 1
      connect: tcp://localhost:7447

      """,
      options: [SettingOption("--timeout", "delivery.timeout", "5")],
      expected: """
        --timeout: error: '5' has no unit: a duration needs one
             = write 5 s or 5 ms
        1 error. Nothing was started.
        """),
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
      expected: """
        Configs/sender.yaml:2:10: error: plain tcp leaves this machine ('db1' is 10.0.0.7): anyone on the way can read and change it
           2 | connect: tcp://db1:1
             |          ^~~~~~~~~~~
             = use tls://, or write 'insecure: true' if that is meant
        Configs/sender.yaml:3:1: error: unknown key 'limts'
           3 | limts: {}
             | ^~~~~
             = did you mean 'limits'?
        environment POUCH_LOG__LEVEL: error: unknown level 'loud' for 'log'
             = available: error, warning, notice, info, debug, trace
        --set timeouts.close: error: '1' has no unit: a duration needs one
             = write 1 s or 1 ms
        --acknowledge: error: unknown acknowledgement level 'always' for 'delivery'
             = available: none, received, processed
        5 errors. Nothing was started.
        """),
  ]
}
