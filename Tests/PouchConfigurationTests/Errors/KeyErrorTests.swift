import Testing

@testable import PouchConfiguration

@Suite("Keys that do not belong where they are")
struct KeyErrorTests {
  @Test("are reported with their place and a hint", arguments: cases)
  func report(_ example: ErrorCase) {
    #expect(example.actual == example.expected)
  }

  static let cases = [
    ErrorCase(
      "a mistyped key at the top", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipelin: []

      """,
      expected: """
        Configs/sender.yaml:3:1: error: unknown key 'pipelin'
           3 | pipelin: []
             | ^~~~~~~
             = did you mean 'pipeline'?
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a mistyped key in a section", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, certficate: ../Certs/sender.pem}

      """,
      expected: """
        Configs/sender.yaml:3:31: error: unknown key 'certficate' in 'tls'
           3 | tls: {trust: ../Certs/ca.pem, certficate: ../Certs/sender.pem}
             |                               ^~~~~~~~~~
             = did you mean 'certificate'?
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "an underscore for a hyphen", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      delivery: {window_objects: 5}

      """,
      expected: """
        Configs/sender.yaml:3:12: error: unknown key 'window_objects' in 'delivery'
           3 | delivery: {window_objects: 5}
             |            ^~~~~~~~~~~~~~
             = did you mean 'window-objects'?
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a key of another section", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      certificate: ../Certs/sender.pem

      """,
      expected: """
        Configs/sender.yaml:3:1: error: unknown key 'certificate'
           3 | certificate: ../Certs/sender.pem
             | ^~~~~~~~~~~
             = it belongs in 'tls'
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a key path instead of a section", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits.frame: 1 MiB

      """,
      expected: """
        Configs/sender.yaml:3:1: error: unknown key 'limits.frame'
           3 | limits.frame: 1 MiB
             | ^~~~~~~~~~~~
             = write limits: {frame: …}
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a key like no other", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log: {colour: blue}

      """,
      expected: """
        Configs/sender.yaml:3:7: error: unknown key 'colour' in 'log'
           3 | log: {colour: blue}
             |       ^~~~~~
             = available: level, format
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a receiver's section in a sender's file", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      output: {directory: received}

      """,
      expected: """
        Configs/sender.yaml:3:1: error: 'output' is a setting of a receiver, and this is a sender
           3 | output: {directory: received}
             | ^~~~~~
             = remove it
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a sender's key in a receiver's file", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      delivery: {acknowledge: none}

      """,
      expected: """
        Configs/receiver.yaml:3:12: error: 'delivery.acknowledge' is a setting of a sender, and this is a receiver
           3 | delivery: {acknowledge: none}
             |            ^~~~~~~~~~~
             = remove it
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a sender's pipeline in a receiver's file", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      pipeline:
        - integrity: {algorithm: crc32c}

      """,
      expected: """
        Configs/receiver.yaml:4:3: error: 'pipeline' is a section, not a list
           4 |   - integrity: {algorithm: crc32c}
             |   ^
             = write pipeline: {require: …, allow: …}
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a receiver's pipeline in a sender's file", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline: {require: [crc32c]}

      """,
      expected: """
        Configs/sender.yaml:3:11: error: a sender's 'pipeline' is a list of stages, not a section
           3 | pipeline: {require: [crc32c]}
             |           ^
             = write - compress: {algorithm: deflate} below it, one line for each stage
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a section with a single value", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits: 1 MiB

      """,
      expected: """
        Configs/sender.yaml:3:9: error: 'limits' is a section, not a single value
           3 | limits: 1 MiB
             |         ^~~~~
             = write limits: {frame: …, object: …}
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a section with a list", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      timeouts: [5 s]

      """,
      expected: """
        Configs/sender.yaml:3:11: error: 'timeouts' is a section, not a list
           3 | timeouts: [5 s]
             |           ^
             = write timeouts: {connect: …, opening: …}
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a quoted key", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      "limts": {frame: 1 MiB}

      """,
      expected: """
        Configs/sender.yaml:3:1: error: unknown key 'limts'
           3 | "limts": {frame: 1 MiB}
             | ^~~~~~~
             = did you mean 'limits'?
        1 error in 1 file. Nothing was started.
        """),
  ]
}
