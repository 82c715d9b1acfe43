import Testing

@testable import PouchConfiguration

@Suite("Pipelines that cannot work")
struct PipelineErrorTests {
  @Test("are reported with their place and a hint", arguments: cases)
  func report(_ example: ErrorCase) {
    #expect(example.actual == example.expected)
  }

  static let cases = [
    ErrorCase(
      "a single stage instead of a list", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline: deflate

      """,
      expected: """
        Configs/sender.yaml:3:11: error: a sender's 'pipeline' is a list of stages, not a single value
           3 | pipeline: deflate
             |           ^~~~~~~
             = write - compress: {algorithm: deflate} below it, one line for each stage
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "an unknown stage", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - compres: {algorithm: deflate}
        - seal: {}

      """,
      expected: """
        Configs/sender.yaml:4:5: error: unknown stage 'compres'
           4 |   - compres: {algorithm: deflate}
             |     ^~~~~~~
             = did you mean 'compress'? available: compress, integrity
        Configs/sender.yaml:5:5: error: unknown stage 'seal'
           5 |   - seal: {}
             |     ^~~~
             = available: compress, integrity
        2 errors in 1 file. Nothing was started.
        """),
    ErrorCase(
      "stages of other shapes", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - crc32c
        - [compress]
        - {}
        - compress: deflate

      """,
      expected: """
        Configs/sender.yaml:4:5: error: a stage is a section with one key, not a single value
           4 |   - crc32c
             |     ^~~~~~
             = write - compress: {algorithm: deflate}
        Configs/sender.yaml:5:5: error: a stage is a section with one key, not a list
           5 |   - [compress]
             |     ^
             = write - compress: {algorithm: deflate}
        Configs/sender.yaml:6:5: error: a stage without a name
           6 |   - {}
             |     ^
             = available: compress, integrity
        Configs/sender.yaml:7:15: error: 'compress' is a section, not a single value
           7 |   - compress: deflate
             |               ^~~~~~~
             = write compress: {algorithm: …}
        4 errors in 1 file. Nothing was started.
        """),
    ErrorCase(
      "two stages in one", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - compress: {algorithm: deflate}
          integrity: {algorithm: crc32c}

      """,
      expected: """
        Configs/sender.yaml:5:5: error: a stage has one key
           5 |     integrity: {algorithm: crc32c}
             |     ^~~~~~~~~
             = begin the next stage with a '-' of its own
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "no algorithm", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - compress: {}
        - integrity: {}

      """,
      expected: """
        Configs/sender.yaml:4:5: error: 'compress' does not say its 'algorithm'
           4 |   - compress: {}
             |     ^~~~~~~~
             = available: deflate, none
        Configs/sender.yaml:5:5: error: 'integrity' does not say its 'algorithm'
           5 |   - integrity: {}
             |     ^~~~~~~~~
             = available: crc32c, sha-256, hmac-sha-256
        2 errors in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a mistyped key of a stage", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - compress: {algorithm: deflate, levl: 3}

      """,
      expected: """
        Configs/sender.yaml:4:36: error: unknown key 'levl' in 'compress'
           4 |   - compress: {algorithm: deflate, levl: 3}
             |                                    ^~~~
             = did you mean 'level'?
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a level out of range", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - compress: {algorithm: deflate, level: 12}

      """,
      expected: """
        Configs/sender.yaml:4:43: error: 'compress.level' must be 1 to 9, not 12
           4 |   - compress: {algorithm: deflate, level: 12}
             |                                           ^~
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "one stage twice", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - integrity: {algorithm: crc32c}
        - compress: {algorithm: deflate}
        - integrity: {algorithm: crc32c}

      """,
      expected: """
        Configs/sender.yaml:6:5: error: 'crc32c' is in the pipeline twice
           6 |   - integrity: {algorithm: crc32c}
             |     ^~~~~~~~~
             = a stage works once: remove one
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "nine stages", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - integrity: {algorithm: crc32c}
        - integrity: {algorithm: sha-256}
        - integrity: {algorithm: crc32c}
        - integrity: {algorithm: sha-256}
        - integrity: {algorithm: crc32c}
        - integrity: {algorithm: sha-256}
        - integrity: {algorithm: crc32c}
        - integrity: {algorithm: sha-256}
        - integrity: {algorithm: crc32c}

      """,
      expected: """
        Configs/sender.yaml:12:5: error: a pipeline has at most 8 stages, not 9
          12 |   - integrity: {algorithm: crc32c}
             |     ^
             = remove some
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "HMAC without a key", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - integrity: {algorithm: hmac-sha-256}

      """,
      expected: """
        Configs/sender.yaml:4:28: error: hmac-sha-256 needs a 'key' that both ends share
           4 |   - integrity: {algorithm: hmac-sha-256}
             |                            ^~~~~~~~~~~~
             = write key: FILE, made with: (umask 077; openssl rand -out FILE 32)
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a key for a checksum", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - integrity: {algorithm: crc32c, key: ../Certs/hmac.key}

      """,
      expected: """
        Configs/sender.yaml:4:41: error: 'key' is for hmac-sha-256 alone
           4 |   - integrity: {algorithm: crc32c, key: ../Certs/hmac.key}
             |                                         ^~~~~~~~~~~~~~~~~
             = remove it
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a receiver's HMAC without a key", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      pipeline: {require: [hmac-sha-256]}

      """,
      expected: """
        Configs/receiver.yaml:3:22: error: hmac-sha-256 needs 'pipeline.hmac-key', which both ends share
           3 | pipeline: {require: [hmac-sha-256]}
             |                      ^~~~~~~~~~~~
             = write hmac-key: FILE, made with: (umask 077; openssl rand -out FILE 32)
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a receiver's key without HMAC", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      pipeline: {allow: [deflate], hmac-key: ../Certs/hmac.key}

      """,
      expected: """
        Configs/receiver.yaml:3:40: error: 'pipeline.hmac-key' is for hmac-sha-256, which is not accepted here
           3 | pipeline: {allow: [deflate], hmac-key: ../Certs/hmac.key}
             |                                        ^~~~~~~~~~~~~~~~~
             = add hmac-sha-256 to 'require', or remove the key
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a stage both required and allowed", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      pipeline: {require: [crc32c], allow: [deflate, crc32c]}

      """,
      expected: """
        Configs/receiver.yaml:3:48: error: 'crc32c' is named twice
           3 | pipeline: {require: [crc32c], allow: [deflate, crc32c]}
             |                                                ^~~~~~
             = a stage is required or allowed: remove one
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "an unknown stage that is required", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      pipeline: {require: [crc32]}

      """,
      expected: """
        Configs/receiver.yaml:3:22: error: unknown stage 'crc32' for 'pipeline'
           3 | pipeline: {require: [crc32]}
             |                      ^~~~~
             = did you mean 'crc32c'? available: deflate, crc32c, sha-256, hmac-sha-256
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "lines and files at once", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      output: {directory: ../received, lines: true}

      """,
      expected: """
        Configs/receiver.yaml:3:41: error: 'output.lines' and 'output.directory' exclude one another
           3 | output: {directory: ../received, lines: true}
             |                                         ^~~~
             = keep one of them
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a conflict without files", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      output: {on-conflict: refuse}

      """,
      expected: """
        Configs/receiver.yaml:3:23: error: 'output.on-conflict' is for files
           3 | output: {on-conflict: refuse}
             |                       ^~~~~~
             = name an 'output.directory', or remove it
        1 error in 1 file. Nothing was started.
        """),
  ]
}
