import Testing

@testable import PouchConfiguration

@Suite("Files that cannot be used")
struct FileErrorTests {
  @Test("are reported with their place and a hint", arguments: cases)
  func report(_ example: ErrorCase) {
    #expect(example.actual == example.expected)
  }

  static let cases = [
    ErrorCase(
      "missing files", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ca.pem, certificate: /etc/pouch/me.pem, key: ../Certs/none.key}

      """,
      expected: ""),
    ErrorCase(
      "a key that others can read or write", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem, key: ../Certs/sender.key}

      """,
      files: { $0.add("Certs/sender.key", mode: 0o640) },
      expected: ""),
    ErrorCase(
      "a key that others can only write", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem, key: ../Certs/sender.key}

      """,
      files: { $0.add("Certs/sender.key", mode: 0o620) },
      expected: ""),
    ErrorCase(
      "a file without a byte", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem, key: ../Certs/sender.key}

      """,
      files: { $0.add("Certs/ca.pem", mode: 0o600, size: 0) },
      expected: ""),
    ErrorCase(
      "a directory instead of a file", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs, certificate: ../Certs/sender.pem, key: ../Certs/sender.key}

      """,
      expected: ""),
    ErrorCase(
      "a file that cannot be read", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem, key: ../Certs/sender.key}

      """,
      files: { $0.problems["Certs/ca.pem"] = .unreadable("Permission denied") },
      expected: ""),
    ErrorCase(
      "an HMAC key that is too short", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - integrity: {algorithm: hmac-sha-256, key: ../Certs/hmac.key}

      """,
      files: { $0.add("Certs/hmac.key", mode: 0o600, size: 4) },
      expected: ""),
    ErrorCase(
      "a path with a space in it", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem, key: a b.key}

      """,
      files: { $0.add("Configs/a b.key", mode: 0o644) },
      expected: ""),
    ErrorCase(
      "an output that cannot be written", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      output: {directory: ../locked}

      """,
      files: { $0.addDirectory("locked"); $0.readOnly.insert("locked") },
      expected: ""),
    ErrorCase(
      "an output that cannot be made", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      output: {directory: ../locked/a/b}

      """,
      files: { $0.addDirectory("locked"); $0.readOnly.insert("locked") },
      expected: ""),
    ErrorCase(
      "an output that is a file", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      output: {directory: ../Certs/ca.pem}

      """,
      expected: ""),
  ]
}
