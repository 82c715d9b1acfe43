import PouchCore
import PouchSockets
import PouchTLS
import Testing

/// Every transport that must pass the conformance suite: one line each in `withHarness`.
enum TransportKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case memory
  case tcpIPv4 = "tcp over IPv4"
  case tcpIPv6 = "tcp over IPv6"
  case unixPath = "unix at a path"
  case unixAbstract = "unix at an abstract name"
  case tls = "tls over tcp"
  case tlsOverUnix = "tls over unix"
  case tlsOverMemory = "tls over memory"

  var testDescription: String { rawValue }

  /// What a reader may be told when its peer closes without finishing.
  var codesOfAbruptEnd: Set<PouchError.Code> { [.connectionLost] }

  func withHarness(_ body: (Harness) async throws -> Void) async throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let path = directory.path + "/socket"
    switch self {
    case .memory: try await body(Harness(MemoryTransport(), .memory("conformance")))
    case .tcpIPv4: try await body(Harness(TCPTransport(), .tcp("127.0.0.1", 0)))
    case .tcpIPv6: try await body(Harness(TCPTransport(), .tcp("::1", 0)))
    case .unixPath: try await body(Harness(UnixTransport(), .unix(path: path)))
    case .unixAbstract: try await body(Harness(UnixTransport(), .unix(abstract: path)))
    case .tls:
      let transport = try TLSTransport(over: TCPTransport(), settings: tls(in: directory.path))
      try await body(Harness(transport, .tls("localhost", 0)))
    case .tlsOverUnix:
      let transport = try TLSTransport(over: UnixTransport(), settings: tls(in: directory.path))
      try await body(Harness(transport, .unix(path: path)))
    case .tlsOverMemory:
      let transport = try TLSTransport(over: MemoryTransport(), settings: tls(in: directory.path))
      try await body(Harness(transport, .memory("conformance")))
    }
  }

  /// One certificate for both ends, signed by an authority of its own.
  private func tls(in directory: String) throws -> TLSSettings {
    let files = try DevelopmentCertificates(
      receiverNames: ["localhost"], senderNames: ["localhost"], days: 1
    ).write(to: CredentialDirectory(directory, replaces: false))
    func path(_ name: String) -> String { files.first { $0.hasSuffix(name) } ?? name }
    var settings = TLSSettings.mutual(
      trust: path("ca.pem"), certificate: path("receiver.pem"), key: path("receiver.key"))
    settings.serverName = "localhost"
    return settings
  }
}

/// Where the tasks of a test run.
enum Placement: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case anywhere = "on any thread"
  case streamLoop = "on the stream's loop"

  var testDescription: String { rawValue }

  /// Runs `body` where it belongs for `stream`.
  func run<R: Sendable>(
    with stream: any ByteStream, _ body: @Sendable () async throws -> R
  ) async throws -> R {
    switch self {
    case .anywhere: try await body()
    case .streamLoop:
      try await withTaskExecutorPreference(stream.preferredExecutor) { try await body() }
    }
  }
}
