import Testing

@testable import PouchConfiguration

@Suite("TLS settings that cannot work")
struct TLSErrorTests {
  @Test("are reported with their place and a hint", arguments: cases)
  func report(_ example: ErrorCase) {
    #expect(example.actual == example.expected)
  }

  static let cases = [
    ErrorCase(
      "nothing to connect with", .sender,
      """
      version: 1
      connect: tls://db1:7447

      """,
      expected: ""),
    ErrorCase(
      "nothing to listen with", .receiver,
      """
      version: 1
      listen: tls://0.0.0.0:7447

      """,
      expected: ""),
    ErrorCase(
      "a certificate without a key", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem}

      """,
      expected: ""),
    ErrorCase(
      "a key without a certificate", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, key: ../Certs/sender.key}

      """,
      expected: ""),
    ErrorCase(
      "TLS without an endpoint that uses it", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem, key: ../Certs/sender.key}

      """,
      expected: ""),
    ErrorCase(
      "TLS from the command without an endpoint that uses it", .sender,
      """
      version: 1
      connect: tcp://localhost:7447

      """,
      options: [SettingOption("--trust", "tls.trust", "ca.pem")],
      expected: ""),
    ErrorCase(
      "a listener's setting on a side that connects", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls:
        trust: ../Certs/ca.pem
        peer-certificate: none

      """,
      expected: ""),
    ErrorCase(
      "a connecting side's setting on a listener", .receiver,
      """
      version: 1
      listen: tls://0.0.0.0:7447
      tls:
        trust: ../Certs/ca.pem
        certificate: ../Certs/receiver.pem
        key: ../Certs/receiver.key
        server-name: db1

      """,
      expected: ""),
    ErrorCase(
      "names without certificates", .receiver,
      """
      version: 1
      listen: tls://0.0.0.0:7447
      tls:
        certificate: ../Certs/receiver.pem
        key: ../Certs/receiver.key
        peer-certificate: none
        allow: [db1]

      """,
      expected: ""),
    ErrorCase(
      "an unknown policy", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, policy: moderm}

      """,
      expected: ""),
  ]
}
