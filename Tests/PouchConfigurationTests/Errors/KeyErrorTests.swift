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
      expected: ""),
    ErrorCase(
      "a mistyped key in a section", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, certficate: ../Certs/sender.pem}

      """,
      expected: ""),
    ErrorCase(
      "an underscore for a hyphen", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      delivery: {window_objects: 5}

      """,
      expected: ""),
    ErrorCase(
      "a key of another section", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      certificate: ../Certs/sender.pem

      """,
      expected: ""),
    ErrorCase(
      "a key like no other", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      log: {colour: blue}

      """,
      expected: ""),
    ErrorCase(
      "a receiver's section in a sender's file", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      output: {directory: received}

      """,
      expected: ""),
    ErrorCase(
      "a sender's key in a receiver's file", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      delivery: {acknowledge: none}

      """,
      expected: ""),
    ErrorCase(
      "a sender's pipeline in a receiver's file", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      pipeline:
        - integrity: {algorithm: crc32c}

      """,
      expected: ""),
    ErrorCase(
      "a receiver's pipeline in a sender's file", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline: {require: [crc32c]}

      """,
      expected: ""),
    ErrorCase(
      "a section with a single value", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      limits: 1 MiB

      """,
      expected: ""),
    ErrorCase(
      "a section with a list", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      timeouts: [5 s]

      """,
      expected: ""),
    ErrorCase(
      "a quoted key", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      "limts": {frame: 1 MiB}

      """,
      expected: ""),
  ]
}
