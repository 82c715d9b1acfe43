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
      expected: """
        Configs/sender.yaml: error: it says neither where to connect nor where to listen
             = write 'connect: ENDPOINT' or 'listen: ENDPOINT', or use the command's options
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "none, for a receiver", .receiver,
      """
      version: 1

      """,
      expected: """
        Configs/receiver.yaml: error: it says neither where to connect nor where to listen
             = write 'connect: ENDPOINT' or 'listen: ENDPOINT', or use the command's options
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "both ways", .sender,
      """
      version: 1
      connect: tcp://localhost:1
      listen: tcp://localhost:2

      """,
      expected: """
        Configs/sender.yaml:3:9: error: 'connect' and 'listen' exclude one another
           3 | listen: tcp://localhost:2
             |         ^~~~~~~~~~~~~~~~~
             = keep one of them
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "malformed ones", .sender,
      """
      version: 1
      connect: [tcp://localhost, 'tcp://::1:7447', nowhere, tcp://localhost:99999, 'unix:']

      """,
      expected: """
        Configs/sender.yaml:2:11: error: 'tcp://localhost' is not an endpoint: the port is missing
           2 | connect: [tcp://localhost, 'tcp://::1:7447', nowhere, tcp://localhost:99999, 'unix:']
             |           ^~~~~~~~~~~~~~~
             = write tcp://host:port, tls://host:port, unix:///path or unix:@name
        Configs/sender.yaml:2:28: error: 'tcp://::1:7447' is not an endpoint: an IPv6 address stands in brackets
           2 | connect: [tcp://localhost, 'tcp://::1:7447', nowhere, tcp://localhost:99999, 'unix:']
             |                            ^~~~~~~~~~~~~~~~
             = write tcp://host:port, tls://host:port, unix:///path or unix:@name
        Configs/sender.yaml:2:46: error: 'nowhere' is not an endpoint: it has no scheme
           2 | connect: [tcp://localhost, 'tcp://::1:7447', nowhere, tcp://localhost:99999, 'unix:']
             |                                              ^~~~~~~
             = write tcp://host:port, tls://host:port, unix:///path or unix:@name
        Configs/sender.yaml:2:55: error: 'tcp://localhost:99999' is not an endpoint: '99999' is not a port from 0 to 65535
           2 | connect: [tcp://localhost, 'tcp://::1:7447', nowhere, tcp://localhost:99999, 'unix:']
             |                                                       ^~~~~~~~~~~~~~~~~~~~~
             = write tcp://host:port, tls://host:port, unix:///path or unix:@name
        Configs/sender.yaml:2:78: error: 'unix:' is not an endpoint: the path is empty
           2 | connect: [tcp://localhost, 'tcp://::1:7447', nowhere, tcp://localhost:99999, 'unix:']
             |                                                                              ^~~~~~~
             = write tcp://host:port, tls://host:port, unix:///path or unix:@name
        5 errors in 1 file. Nothing was started.
        """),
    ErrorCase(
      "another transport", .sender,
      """
      version: 1
      connect: quic://localhost:1

      """,
      expected: """
        Configs/sender.yaml:2:10: error: 'quic://localhost:1' is not an endpoint: 'quic' is no scheme that carries objects; there are tcp, tls, unix, memory
           2 | connect: quic://localhost:1
             |          ^~~~~~~~~~~~~~~~~~
             = write tcp://host:port, tls://host:port, unix:///path or unix:@name
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a transport inside one process", .sender,
      """
      version: 1
      connect: memory:x

      """,
      expected: """
        Configs/sender.yaml:2:10: error: unknown transport 'memory'
           2 | connect: memory:x
             |          ^~~~~~~~
             = available: tcp, tls, unix
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "an empty list", .sender,
      """
      version: 1
      connect: []

      """,
      expected: """
        Configs/sender.yaml:2:10: error: 'connect' is an empty list
           2 | connect: []
             |          ^
             = remove the key
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "plain tcp that leaves the machine", .sender,
      """
      version: 1
      connect: [tcp://db1:7447, tcp://half:1, 'tcp://[::]:1', tcp://10.0.0.7:1]

      """,
      expected: """
        Configs/sender.yaml:2:11: error: plain tcp leaves this machine ('db1' is 10.0.0.7): anyone on the way can read and change it
           2 | connect: [tcp://db1:7447, tcp://half:1, 'tcp://[::]:1', tcp://10.0.0.7:1]
             |           ^~~~~~~~~~~~~~
             = use tls://, or write 'insecure: true' if that is meant
        Configs/sender.yaml:2:27: error: plain tcp leaves this machine ('half' is 10.0.0.7): anyone on the way can read and change it
           2 | connect: [tcp://db1:7447, tcp://half:1, 'tcp://[::]:1', tcp://10.0.0.7:1]
             |                           ^~~~~~~~~~~~
             = use tls://, or write 'insecure: true' if that is meant
        Configs/sender.yaml:2:41: error: plain tcp leaves this machine: anyone on the way can read and change it
           2 | connect: [tcp://db1:7447, tcp://half:1, 'tcp://[::]:1', tcp://10.0.0.7:1]
             |                                         ^~~~~~~~~~~~~~
             = use tls://, or write 'insecure: true' if that is meant
        Configs/sender.yaml:2:57: error: plain tcp leaves this machine: anyone on the way can read and change it
           2 | connect: [tcp://db1:7447, tcp://half:1, 'tcp://[::]:1', tcp://10.0.0.7:1]
             |                                                         ^~~~~~~~~~~~~~~~
             = use tls://, or write 'insecure: true' if that is meant
        4 errors in 1 file. Nothing was started.
        """),
    ErrorCase(
      "plain tcp that stays, whatever its host is called", .sender,
      """
      version: 1
      connect: [tcp://localhost:1, tcp://debian:1, tcp://127.1:1, 'tcp://[::1]:1', tcp://0x7f000001:1, 'tcp://[::ffff:127.0.0.2]:1']

      """,
      expected: ""),
    ErrorCase(
      "plain tcp to a name without an address, which the run will tell", .sender,
      """
      version: 1
      connect: tcp://nowhere:1

      """,
      expected: ""),
    ErrorCase(
      "plain tcp of the command's", .sender,
      """
      version: 1

      """,
      options: [SettingOption("--to", "connect", "tcp://db1:1")],
      expected: """
        --to: error: plain tcp leaves this machine ('db1' is 10.0.0.7): anyone on the way can read and change it
             = use tls://, or add --insecure if that is meant
        1 error. Nothing was started.
        """),
    ErrorCase(
      "plain tcp of the environment's and of --set", .receiver,
      """
      version: 1
      listen: tcp://localhost:1

      """,
      environment: ["POUCH_LISTEN": "tcp://db1:1"], set: ["listen=tcp://db1:2"],
      expected: """
        --set listen: error: plain tcp leaves this machine ('db1' is 10.0.0.7): anyone on the way can read and change it
             = use tls://, or add --set insecure=true if that is meant
        1 error. Nothing was started.
        """),
    ErrorCase(
      "every address to connect to", .sender,
      """
      version: 1
      connect: tls://*:1
      tls: {trust: ../Certs/ca.pem}

      """,
      expected: """
        Configs/sender.yaml:2:10: error: '*' stands for every address, to listen at: nobody can connect to it
           2 | connect: tls://*:1
             |          ^~~~~~~~~
             = name the host
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "port 0 to connect to", .sender,
      """
      version: 1
      connect: tcp://localhost:0

      """,
      expected: """
        Configs/sender.yaml:2:10: error: nobody can connect to port 0
           2 | connect: tcp://localhost:0
             |          ^~~~~~~~~~~~~~~~~
             = name the port
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "one endpoint twice", .receiver,
      """
      version: 1
      listen: [tcp://localhost:1, tcp://localhost:0, tcp://localhost:0, tcp://localhost:1]

      """,
      expected: """
        Configs/receiver.yaml:2:67: error: 'tcp://localhost:1' is named twice
           2 | listen: [tcp://localhost:1, tcp://localhost:0, tcp://localhost:0, tcp://localhost:1]
             |                                                                   ^~~~~~~~~~~~~~~~~
             = remove one of them
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a socket where no file can be made", .receiver,
      """
      version: 1
      listen: unix:///nowhere/x.sock

      """,
      expected: """
        Configs/receiver.yaml:2:9: error: no socket can be made in '/nowhere'
             = make the directory, or make it writable
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a socket where a file is", .receiver,
      """
      version: 1
      listen: unix:../Certs/ca.pem

      """,
      expected: """
        Configs/receiver.yaml:2:9: error: 'Certs/ca.pem' is there already and is not a socket
             = choose another path
        1 error in 1 file. Nothing was started.
        """),
    ErrorCase(
      "a socket path that grows too long", .sender,
      """
      version: 1
      connect: unix:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx

      """,
      expected: """
        Configs/sender.yaml:2:10: error: 'unix:Configs/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' is not an endpoint: a socket path has at most 107 bytes
           2 | connect: unix:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
             |          ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
             = the path is Configs/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
        1 error in 1 file. Nothing was started.
        """),
  ]
}
