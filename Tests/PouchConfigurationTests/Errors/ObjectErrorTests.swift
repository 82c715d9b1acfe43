import Testing

@testable import PouchConfiguration

@Suite("What objects cannot be")
struct ObjectErrorTests {
  @Test("is reported with its place and a hint", arguments: cases)
  func report(_ example: ErrorCase) {
    #expect(example.actual == example.expected)
  }

  static let cases = [
    ErrorCase(
      "an unknown format, for either role", .sender,
      """
      version: 1
      connect: unix:@x
      input: {format: yaml}

      """,
      expected: """
        Configs/sender.yaml:3:17: error: unknown format 'yaml' for 'input'
           3 | input: {format: yaml}
             |                 ^~~~
             = available: raw, json, diagnostic, cbor, pickle
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "formats that are unknown and named twice", .receiver,
      """
      version: 1
      connect: unix:@x
      formats: [cbor, diagnostic, cbor]

      """,
      expected: """
        Configs/receiver.yaml:3:17: error: unknown format 'diagnostic' for 'formats'
           3 | formats: [cbor, diagnostic, cbor]
             |                 ^~~~~~~~~~
             = available: raw, cbor, json, pickle
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a format named twice", .receiver,
      """
      version: 1
      connect: unix:@x
      formats: [cbor, pickle, cbor]

      """,
      expected: """
        Configs/receiver.yaml:3:25: error: 'cbor' is named twice
           3 | formats: [cbor, pickle, cbor]
             |                         ^~~~
             = remove one of them
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "NumPy without pickles", .receiver,
      """
      version: 1
      connect: unix:@x
      pickle: {numpy: true}

      """,
      expected: """
        Configs/receiver.yaml:3:17: error: 'pickle.numpy' is for pickles, which this receiver does not take
           3 | pickle: {numpy: true}
             |                 ^~~~
             = add pickle to 'formats', or remove it
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "text of what is not JSON, and lines of what has none", .sender,
      """
      version: 1
      connect: unix:@x
      input: {format: cbor, raw: true, each-line: true}

      """,
      expected: """
        Configs/sender.yaml:3:28: error: 'input.raw' is for JSON, and the input is cbor
           3 | input: {format: cbor, raw: true, each-line: true}
             |                            ^~~~
             = add format: json, or remove it
        Configs/sender.yaml:3:45: error: 'input.each-line' is for text, and cbor has no lines
           3 | input: {format: cbor, raw: true, each-line: true}
             |                                             ^~~~
             = available: raw, json, diagnostic
        2 errors in 1 file. Nothing was started.
        """),
    ErrorCase(
      "every place at once for objects to go", .receiver,
      """
      version: 1
      connect: unix:@x
      output: {directory: ../received, raw: true, lines: true, diagnostic: true}

      """,
      expected: """
        Configs/receiver.yaml:3:39: error: 'output.raw' and 'output.directory' exclude one another
           3 | output: {directory: ../received, raw: true, lines: true, diagnostic: true}
             |                                       ^~~~
             = keep one of them
        Configs/receiver.yaml:3:52: error: 'output.lines' and 'output.directory' exclude one another
           3 | output: {directory: ../received, raw: true, lines: true, diagnostic: true}
             |                                                    ^~~~
             = keep one of them
        Configs/receiver.yaml:3:70: error: 'output.diagnostic' and 'output.directory' exclude one another
           3 | output: {directory: ../received, raw: true, lines: true, diagnostic: true}
             |                                                                      ^~~~
             = keep one of them
        3 errors in 1 file. Nothing was started.
        """),
    ErrorCase(
      "strictness without JSON", .receiver,
      """
      version: 1
      connect: unix:@x
      output: {diagnostic: true, strict: true}

      """,
      expected: """
        Configs/receiver.yaml:3:36: error: 'output.strict' is for 'output.lines': only JSON cannot hold everything
           3 | output: {diagnostic: true, strict: true}
             |                                    ^~~~
             = add 'lines', or remove it
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a broadcast of a sender that connects", .sender,
      """
      version: 1
      connect: unix:@x
      delivery: {broadcast: true}

      """,
      expected: """
        Configs/sender.yaml:3:23: error: 'delivery.broadcast' is for a sender that listens, and this one connects to 'unix:@x'
           3 | delivery: {broadcast: true}
             |                       ^~~~
             = write listen: ENDPOINT, where receivers come to
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a count of receivers without a broadcast", .sender,
      """
      version: 1
      listen: unix:@x
      delivery: {receivers: 3}

      """,
      expected: """
        Configs/sender.yaml:3:23: error: 'delivery.receivers' counts the receivers of a broadcast
           3 | delivery: {receivers: 3}
             |                       ^
             = add broadcast: true, or remove it
        1 error in 1 file. Nothing was started.
        """),
  ]
}
