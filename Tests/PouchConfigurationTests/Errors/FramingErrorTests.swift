import Pouch
import PouchCore
import Testing

@testable import PouchConfiguration

@Suite("What has no meaning with length10")
struct FramingErrorTests {
  @Test("is reported with its place and a hint", arguments: cases)
  func report(_ example: ErrorCase) {
    #expect(example.actual == example.expected)
  }

  @Test("what has a meaning is taken")
  func taken() throws {
    let sender = try sender(
      """
      version: 1
      listen: tls://localhost:1243
      framing: length10
      tls:
        trust: ../Certs/ca.pem
        certificate: ../Certs/sender.pem
        key: ../Certs/sender.key
      input: {format: diagnostic, each-line: true}
      delivery: {acknowledge: none, broadcast: true, receivers: 2}
      limits: {object: 1 MiB, connections: 3, unauthenticated: 2}
      timeouts: {connect: 1 s, body: 1 s, drain: 1 s}
      """)
    #expect(sender.framing == .length10)
    #expect(sender.delivery.acknowledge == .none)
    #expect(sender.delivery.isBroadcast && sender.delivery.receivers == 2)
    let receiver = try receiver(
      """
      version: 1
      connect: tcp://localhost:1243
      framing: length10
      formats: pickle
      pickle: {numpy: true}
      output: {lines: true, strict: true}
      """)
    #expect(receiver.framing == .length10)
    #expect(receiver.formats == [.pickle])
    #expect(receiver.allowsNumPy)
    #expect(receiver.output.form == .lines && receiver.output.isStrict)
  }

  @Test("without a word of acknowledgement, a sender expects none")
  func acknowledgement() throws {
    let configuration = try sender("version: 1\nconnect: unix:@x\nframing: length10\n")
    #expect(configuration.delivery.acknowledge == .none)
  }

  static let cases = [
    ErrorCase(
      "a sender's", .sender,
      """
      version: 1
      connect: tcp://localhost:1243
      framing: length10
      pipeline: [{integrity: {algorithm: crc32c}}]
      delivery: {acknowledge: processed, timeout: 5 s, window: 1 MiB, window-objects: 3}
      limits: {frame: 1 MiB}
      timeouts: {hello: 1 s, heartbeat: 1 s}
      input: {format: json, raw: true}

      """,
      expected: """
        Configs/sender.yaml:4:1: error: 'pipeline' has no meaning with 'length10': nothing is compressed and nothing is checked
           4 | pipeline: [{integrity: {algorithm: crc32c}}]
             | ^~~~~~~~
             = remove it, or write framing: pouch
        Configs/sender.yaml:5:12: error: 'delivery.acknowledge' has no meaning with 'length10': nobody acknowledges an object
           5 | delivery: {acknowledge: processed, timeout: 5 s, window: 1 MiB, window-objects: 3}
             |            ^~~~~~~~~~~
             = remove it, or write framing: pouch
        Configs/sender.yaml:5:36: error: 'delivery.timeout' has no meaning with 'length10': nobody acknowledges an object
           5 | delivery: {acknowledge: processed, timeout: 5 s, window: 1 MiB, window-objects: 3}
             |                                    ^~~~~~~
             = remove it, or write framing: pouch
        Configs/sender.yaml:5:50: error: 'delivery.window' has no meaning with 'length10': nobody acknowledges an object
           5 | delivery: {acknowledge: processed, timeout: 5 s, window: 1 MiB, window-objects: 3}
             |                                                  ^~~~~~
             = remove it, or write framing: pouch
        Configs/sender.yaml:5:65: error: 'delivery.window-objects' has no meaning with 'length10': nobody acknowledges an object
           5 | delivery: {acknowledge: processed, timeout: 5 s, window: 1 MiB, window-objects: 3}
             |                                                                 ^~~~~~~~~~~~~~
             = remove it, or write framing: pouch
        Configs/sender.yaml:6:10: error: 'limits.frame' has no meaning with 'length10': there are no frames
           6 | limits: {frame: 1 MiB}
             |          ^~~~~
             = remove it, or write framing: pouch
        Configs/sender.yaml:7:12: error: 'timeouts.hello' has no meaning with 'length10': there are no hellos
           7 | timeouts: {hello: 1 s, heartbeat: 1 s}
             |            ^~~~~
             = remove it, or write framing: pouch
        Configs/sender.yaml:7:24: error: 'timeouts.heartbeat' has no meaning with 'length10': there are no heartbeats
           7 | timeouts: {hello: 1 s, heartbeat: 1 s}
             |                        ^~~~~~~~~
             = remove it, or write framing: pouch
        Configs/sender.yaml:8:28: error: 'length10' carries pickles: JSON cannot pass as text
           8 | input: {format: json, raw: true}
             |                            ^~~~
             = remove 'input.raw'; the value is sent as a pickle
        9 errors in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a receiver's", .receiver,
      """
      version: 1
      listen: tcp://localhost:1243
      framing: length10
      formats: [cbor, pickle]
      pipeline: {require: crc32c, allow: deflate, hmac-key: ../Certs/hmac.key}

      """,
      expected: """
        Configs/receiver.yaml:4:11: error: 'length10' carries pickles alone, not 'cbor'
           4 | formats: [cbor, pickle]
             |           ^~~~
             = remove it
        Configs/receiver.yaml:5:12: error: 'pipeline.require' has no meaning with 'length10': nothing is compressed and nothing is checked
           5 | pipeline: {require: crc32c, allow: deflate, hmac-key: ../Certs/hmac.key}
             |            ^~~~~~~
             = remove it, or write framing: pouch
        Configs/receiver.yaml:5:29: error: 'pipeline.allow' has no meaning with 'length10': nothing is compressed and nothing is checked
           5 | pipeline: {require: crc32c, allow: deflate, hmac-key: ../Certs/hmac.key}
             |                             ^~~~~
             = remove it, or write framing: pouch
        Configs/receiver.yaml:5:45: error: 'pipeline.hmac-key' has no meaning with 'length10': nothing is compressed and nothing is checked
           5 | pipeline: {require: crc32c, allow: deflate, hmac-key: ../Certs/hmac.key}
             |                                             ^~~~~~~~
             = remove it, or write framing: pouch
        Configs/receiver.yaml:5:55: error: 'pipeline.hmac-key' is for hmac-sha-256, which is not accepted here
           5 | pipeline: {require: crc32c, allow: deflate, hmac-key: ../Certs/hmac.key}
             |                                                       ^~~~~~~~~~~~~~~~~
             = add hmac-sha-256 to 'require', or remove the key
        5 errors in 1 file. Nothing was started.
        """),
    ErrorCase(
      "plain tcp that leaves this machine", .sender,
      """
      version: 1
      listen: tcp://0.0.0.0:1243
      framing: length10

      """,
      expected: """
        Configs/sender.yaml:2:9: error: plain tcp leaves this machine: anyone on the way can read and change it
           2 | listen: tcp://0.0.0.0:1243
             |         ^~~~~~~~~~~~~~~~~~
             = use tls://, or write 'insecure: true' if that is meant
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "an unknown framing", .sender,
      """
      version: 1
      connect: tcp://localhost:1243
      framing: length

      """,
      expected: """
        Configs/sender.yaml:3:10: error: unknown framing 'length' for 'framing'
           3 | framing: length
             |          ^~~~~~
             = did you mean 'length10'? available: pouch, length10
        1 error in 1 file. Nothing was started.
        """),
  ]
}
