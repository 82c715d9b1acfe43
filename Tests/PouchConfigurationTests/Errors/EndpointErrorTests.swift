import Testing

@testable import PouchConfiguration

@Suite("Endpoints that cannot be used")
struct EndpointErrorTests {
  @Test("are reported with their place and a hint", arguments: cases)
  func report(_ example: ErrorCase) {
    #expect(example.actual == example.expected)
  }

  static let cases = [
    ErrorCase(
      "none", .sender,
      """
      version: 1

      """,
      expected: ""),
    ErrorCase(
      "none, for a receiver", .receiver,
      """
      version: 1

      """,
      expected: ""),
    ErrorCase(
      "both ways", .sender,
      """
      version: 1
      connect: tcp://localhost:1
      listen: tcp://localhost:2

      """,
      expected: ""),
    ErrorCase(
      "malformed ones", .sender,
      """
      version: 1
      connect: [tcp://localhost, 'tcp://::1:7447', nowhere, tcp://localhost:99999, 'unix:']

      """,
      expected: ""),
    ErrorCase(
      "another transport", .sender,
      """
      version: 1
      connect: [quic://localhost:1, memory:x]

      """,
      expected: ""),
    ErrorCase(
      "an empty list", .sender,
      """
      version: 1
      connect: []

      """,
      expected: ""),
    ErrorCase(
      "plain tcp that leaves the machine", .sender,
      """
      version: 1
      connect: [tcp://db1:7447, tcp://127.0.0.1:1, tcp://127.1:1, 'tcp://[::1]:1', 'tcp://[::]:1', tcp://0.0.0.0:1]

      """,
      expected: ""),
    ErrorCase(
      "port 0 to connect to", .sender,
      """
      version: 1
      connect: tcp://localhost:0

      """,
      expected: ""),
    ErrorCase(
      "one endpoint twice", .receiver,
      """
      version: 1
      listen: [tcp://localhost:1, tcp://localhost:0, tcp://localhost:0, tcp://localhost:1]

      """,
      expected: ""),
    ErrorCase(
      "a socket where no file can be made", .receiver,
      """
      version: 1
      listen: unix:///nowhere/x.sock

      """,
      expected: ""),
    ErrorCase(
      "a socket where a file is", .receiver,
      """
      version: 1
      listen: unix:../Certs/ca.pem

      """,
      expected: ""),
    ErrorCase(
      "a socket path that grows too long", .sender,
      """
      version: 1
      connect: unix:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx

      """,
      expected: ""),
  ]
}
