import PouchCore
import PouchTLS
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
      expected: """
        Configs/sender.yaml:3:14: error: trust file 'ca.pem' does not exist
             = make one: pouch-certs create --output Configs
        Configs/sender.yaml:3:35: error: certificate '/etc/pouch/me.pem' does not exist
             = make one: pouch-certs create --output /etc/pouch
        Configs/sender.yaml:3:59: error: private key '../Certs/none.key' does not exist
             = make one: pouch-certs create --output Certs
        3 errors in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a key that others can read or write", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem, key: ../Certs/sender.key}

      """,
      files: { $0.add("Certs/sender.key", mode: 0o640) },
      expected: """
        Configs/sender.yaml:3:70: error: private key '../Certs/sender.key' can be read by others (0640)
             = run: chmod 600 Certs/sender.key
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a certificate in the place of the key, which others may read", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.key, key: ../Certs/sender.pem}

      """,
      files: {
        $0.isKey["Certs/sender.pem"] = false
        $0.faults = [
          CredentialFault(PouchError(.configuration, "they are swapped"), .certificate, .key),
          CredentialFault(PouchError(.security, "it expired"), .trust),
        ]
      },
      expected: """
        Configs/sender.yaml:3:14: error: it expired
        Configs/sender.yaml:3:44: error: they are swapped
        2 errors in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a file that there is no descriptor for", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem}

      """,
      files: { $0.problems["Certs/ca.pem"] = .exhausted("Too many open files", hint: "raise it") },
      expected: """
        Configs/sender.yaml:3:14: error: trust file '../Certs/ca.pem' cannot be read: Too many open files
             = raise it
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a key that others can only write", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem, key: ../Certs/sender.key}

      """,
      files: { $0.add("Certs/sender.key", mode: 0o620) },
      expected: """
        Configs/sender.yaml:3:70: error: private key '../Certs/sender.key' can be changed by others (0620)
             = run: chmod 600 Certs/sender.key
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a file without a byte", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem, key: ../Certs/sender.key}

      """,
      files: { $0.add("Certs/ca.pem", mode: 0o600, size: 0) },
      expected: """
        Configs/sender.yaml:3:14: error: trust file '../Certs/ca.pem' is empty
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "certificates that do not belong together", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem, key: ../Certs/sender.key}

      """,
      files: {
        $0.faults = [
          CredentialFault(
            PouchError(.security, "private key 'Certs/sender.key' does not belong", hint: "look"),
            .certificate, .key)
        ]
      },
      expected: """
        Configs/sender.yaml:3:44: error: private key 'Certs/sender.key' does not belong
             = look
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a key of an option that does not belong to the certificate of the file", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem, key: ../Certs/sender.key}

      """,
      options: [SettingOption("--key", "tls.key", "Certs/sender.key")],
      files: {
        $0.faults = [
          CredentialFault(
            PouchError(.security, "private key 'Certs/sender.key' does not belong", hint: "look"),
            .certificate, .key)
        ]
      },
      expected: """
        --key: error: private key 'Certs/sender.key' does not belong
             = look
        1 error. Nothing was started.
        """),
    ErrorCase(
      "an HMAC key that is missing", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      pipeline: {require: [hmac-sha-256], hmac-key: my.key}

      """,
      expected: """
        Configs/receiver.yaml:3:47: error: key file 'my.key' does not exist
             = make one: (umask 077; openssl rand -out Configs/my.key 32)
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a directory instead of a file", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs, certificate: ../Certs/sender.pem, key: ../Certs/sender.key}

      """,
      expected: """
        Configs/sender.yaml:3:14: error: trust file '../Certs' is not a file
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a file that cannot be read", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem, key: ../Certs/sender.key}

      """,
      files: { $0.problems["Certs/ca.pem"] = .unreadable("Permission denied") },
      expected: """
        Configs/sender.yaml:3:14: error: trust file '../Certs/ca.pem' cannot be read: Permission denied
             = run: ls -l Certs/ca.pem
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "an HMAC key that is too short", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      pipeline:
        - integrity: {algorithm: hmac-sha-256, key: ../Certs/hmac.key}

      """,
      files: { $0.add("Certs/hmac.key", mode: 0o600, size: 4) },
      expected: """
        Configs/sender.yaml:4:47: error: key file '../Certs/hmac.key' has 4 bytes; it needs 16 to 4096
             = make one: (umask 077; openssl rand -out Certs/hmac.key 32)
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a path with a space in it", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem, key: a b.key}

      """,
      files: { $0.add("Configs/a b.key", mode: 0o644) },
      expected: """
        Configs/sender.yaml:3:70: error: private key 'a b.key' can be read by others (0644)
             = run: chmod 600 'Configs/a b.key'
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "an output that cannot be written", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      output: {directory: ../locked}

      """,
      files: {
        $0.addDirectory("locked"); $0.readOnly.insert("locked")
      },
      expected: """
        Configs/receiver.yaml:3:21: error: files cannot be written to '../locked': Read-only file system
             = choose a directory on a file system that can be written to
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "an output that cannot be made", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      output: {directory: ../locked/a/b}

      """,
      files: {
        $0.addDirectory("locked"); $0.readOnly.insert("locked")
      },
      expected: """
        Configs/receiver.yaml:3:21: error: the directory '../locked/a/b' cannot be made in 'locked': Read-only file system
             = choose a directory on a file system that can be written to
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "an output behind a link to nowhere", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      output: {directory: ../gone/received}

      """,
      files: { $0.links.insert("gone") },
      expected: """
        Configs/receiver.yaml:3:21: error: the directory '../gone/received' cannot be made in 'gone'
             = run: ls -ld gone
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "an output that is a file", .receiver,
      """
      version: 1
      listen: tcp://localhost:7447
      output: {directory: ../Certs/ca.pem}

      """,
      expected: """
        Configs/receiver.yaml:3:21: error: files cannot be written to '../Certs/ca.pem': Not a directory
             = run: ls -ld Certs/ca.pem
        1 error in 1 file. Nothing was started.
        """),
  ]
}
