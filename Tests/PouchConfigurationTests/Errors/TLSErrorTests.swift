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
      expected: """
        Configs/sender.yaml:2:10: error: 'tls://db1:7447' needs 'tls.trust': whom to believe
           2 | connect: tls://db1:7447
             |          ^~~~~~~~~~~~~~
             = write tls: {trust: ca.pem}, the file of the authority that made the peer's certificate
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "nothing to listen with", .receiver,
      """
      version: 1
      listen: tls://0.0.0.0:7447

      """,
      expected: """
        Configs/receiver.yaml:2:9: error: 'tls://0.0.0.0:7447' needs 'tls.certificate' and 'tls.key' to listen
           2 | listen: tls://0.0.0.0:7447
             |         ^~~~~~~~~~~~~~~~~~
             = run: pouch-certs create --output Certs
        Configs/receiver.yaml:2:9: error: 'tls://0.0.0.0:7447' needs 'tls.trust': whom to believe
           2 | listen: tls://0.0.0.0:7447
             |         ^~~~~~~~~~~~~~~~~~
             = write tls: {trust: ca.pem}, the file of the authority that made the peer's certificate
        2 errors in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a certificate without a key", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem}

      """,
      expected: """
        Configs/sender.yaml:3:44: error: 'tls.certificate' needs 'tls.key'
           3 | tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem}
             |                                            ^~~~~~~~~~~~~~~~~~~
             = name its private key
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a key without a certificate", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, key: ../Certs/sender.key}

      """,
      expected: """
        Configs/sender.yaml:3:36: error: 'tls.key' needs 'tls.certificate'
           3 | tls: {trust: ../Certs/ca.pem, key: ../Certs/sender.key}
             |                                    ^~~~~~~~~~~~~~~~~~~
             = name the certificate it belongs to
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "TLS without an endpoint that uses it", .sender,
      """
      version: 1
      connect: tcp://localhost:7447
      tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem, key: ../Certs/sender.key}

      """,
      expected: """
        Configs/sender.yaml:3:1: error: TLS is set up, but 'tcp://localhost:7447' does not use it
           3 | tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem, key: ../Certs/sender.key}
             | ^~~
             = write tls:// in the endpoint, or remove the 'tls' settings
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "TLS from the command without an endpoint that uses it", .sender,
      """
      version: 1
      connect: tcp://localhost:7447

      """,
      options: [SettingOption("--trust", "tls.trust", "ca.pem")],
      expected: """
        --trust: error: TLS is set up, but 'tcp://localhost:7447' does not use it
             = write tls:// in the endpoint, or leave out what TLS alone needs
        1 error. Nothing was started.
        """),
    ErrorCase(
      "options alone, in words of the command line", .receiver,
      """
      version: 1

      """,
      options: [
        SettingOption("--listen", "listen", "tls://127.0.0.1:7447"),
        SettingOption("--certificate", "tls.certificate", "Certs/receiver.pem"),
        SettingOption("--raw", "output.raw", "true"),
        SettingOption("--strict", "output.strict", "true"),
      ],
      expected: """
        --certificate: error: '--certificate' needs '--key'
             = name its private key
        --listen: error: 'tls://127.0.0.1:7447' needs '--trust': whom to believe
             = add --trust ca.pem, the file of the authority that made the peer's certificate
        --strict: error: '--strict' is for '--lines': only JSON cannot hold everything
             = add --lines, or remove it
        3 errors. Nothing was started.
        """),
    ErrorCase(
      "a listener's setting on a side that connects", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls:
        trust: ../Certs/ca.pem
        peer-certificate: none

      """,
      expected: """
        Configs/sender.yaml:5:21: error: a side that connects always checks the certificate of the other
           5 |   peer-certificate: none
             |                     ^~~~
             = remove 'peer-certificate'; it is for listeners
        1 error in 1 file. Nothing was started.
        """),
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
      expected: """
        Configs/receiver.yaml:7:16: error: 'tls.server-name' is for a side that connects
           7 |   server-name: db1
             |                ^~~
             = remove it, or use 'allow'
        1 error in 1 file. Nothing was started.
        """),
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
      expected: """
        Configs/receiver.yaml:7:10: error: 'tls.allow' needs the peer's certificate, which 'peer-certificate: none' does without
           7 |   allow: [db1]
             |          ^
             = remove one of them
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "names that no certificate has", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, server-name: 'a b', allow: [db1, 'büro', 'a..b']}

      """,
      expected: """
        Configs/sender.yaml:3:44: error: 'a b' is not a name for a certificate: it must be visible ASCII (write an international name as xn--…)
           3 | tls: {trust: ../Certs/ca.pem, server-name: 'a b', allow: [db1, 'büro', 'a..b']}
             |                                            ^~~~~
        Configs/sender.yaml:3:64: error: 'büro' is not a name for a certificate: it must be visible ASCII (write an international name as xn--…)
           3 | tls: {trust: ../Certs/ca.pem, server-name: 'a b', allow: [db1, 'büro', 'a..b']}
             |                                                                ^~~~~~
        Configs/sender.yaml:3:72: error: 'a..b' is not a name for a certificate: it is not an address, a URI or a DNS name
           3 | tls: {trust: ../Certs/ca.pem, server-name: 'a b', allow: [db1, 'büro', 'a..b']}
             |                                                                        ^~~~~~
        3 errors in 1 file. Nothing was started.
        """),
    ErrorCase(
      "an unknown policy", .sender,
      """
      version: 1
      connect: tls://db1:7447
      tls: {trust: ../Certs/ca.pem, policy: moderm}

      """,
      expected: """
        Configs/sender.yaml:3:39: error: unknown policy 'moderm' for 'tls'
           3 | tls: {trust: ../Certs/ca.pem, policy: moderm}
             |                                       ^~~~~~
             = did you mean 'modern'? available: modern, compatible-2026
        1 error in 1 file. Nothing was started.
        """),
  ]
}
