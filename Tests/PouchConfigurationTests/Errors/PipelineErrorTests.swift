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
      expected: ""),
    ErrorCase(
      "an unknown stage", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - compres: {algorithm: deflate}
        - seal: {}

      """,
      expected: ""),
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
      expected: ""),
    ErrorCase(
      "two stages in one", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - compress: {algorithm: deflate}
          integrity: {algorithm: crc32c}

      """,
      expected: ""),
    ErrorCase(
      "no algorithm", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - compress: {}
        - integrity: {}

      """,
      expected: ""),
    ErrorCase(
      "a mistyped key of a stage", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - compress: {algorithm: deflate, levl: 3}

      """,
      expected: ""),
    ErrorCase(
      "a level out of range", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - compress: {algorithm: deflate, level: 12}

      """,
      expected: ""),
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
      expected: ""),
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
      expected: ""),
    ErrorCase(
      "HMAC without a key", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - integrity: {algorithm: hmac-sha-256}

      """,
      expected: ""),
    ErrorCase(
      "a key for a checksum", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - integrity: {algorithm: crc32c, key: ../Certs/hmac.key}

      """,
      expected: ""),
    ErrorCase(
      "a receiver's HMAC without a key", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      pipeline: {require: [hmac-sha-256]}

      """,
      expected: ""),
    ErrorCase(
      "a receiver's key without HMAC", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      pipeline: {allow: [deflate], hmac-key: ../Certs/hmac.key}

      """,
      expected: ""),
    ErrorCase(
      "a stage both required and allowed", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      pipeline: {require: [crc32c], allow: [deflate, crc32c]}

      """,
      expected: ""),
    ErrorCase(
      "an unknown stage that is required", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      pipeline: {require: [crc32]}

      """,
      expected: ""),
    ErrorCase(
      "lines and files at once", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      output: {directory: ../received, lines: true}

      """,
      expected: ""),
    ErrorCase(
      "a conflict without files", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      output: {on-conflict: refuse}

      """,
      expected: ""),
  ]
}
