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
  case tlsOverTCP = "tls over tcp"
  case tlsOverUnix = "tls over unix"

  var testDescription: String { rawValue }

  /// What a reader may be told when its peer closes without finishing.
  var codesOfAbruptEnd: Set<PouchError.Code> {
    switch self {
    case .tlsOverTCP, .tlsOverUnix: [.connectionLost, .truncated]
    default: [.connectionLost]
    }
  }

  /// An endpoint that nobody listens at, and nobody else can take meanwhile.
  func withDesertedEndpoint(_ body: (Harness, Endpoint) async throws -> Void) async throws {
    try await withHarness { harness in
      guard let host = harness.endpoint.host else {
        return try await body(harness, harness.endpoint)
      }
      let port = try BoundPort()
      defer { port.close() }
      let address = Endpoint.Address.network(host: host, port: port.number)
      try await body(harness, Endpoint(scheme: harness.endpoint.scheme, address: address))
    }
  }

  func withHarness(_ body: (Harness) async throws -> Void) async throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let path = directory.path + "/socket"
    switch self {
    case .memory: try await body(Harness(MemoryTransport(), .memory("conformance")))
    // An address that other tests' connections take no ports of: a test that closes a listener
    // and listens there again must find its port free.
    case .tcpIPv4: try await body(Harness(TCPTransport(), .tcp("127.0.0.2", 0)))
    case .tcpIPv6: try await body(Harness(TCPTransport(), .tcp("::1", 0)))
    case .unixPath: try await body(Harness(UnixTransport(), .unix(path: path)))
    case .unixAbstract: try await body(Harness(UnixTransport(), .unix(abstract: path)))
    case .tlsOverTCP:
      let tls = try TLSTransport(over: TCPTransport(), settings: Credentials.shared.get().settings)
      try await body(Harness(tls, .tls("localhost", 0)))
    case .tlsOverUnix:
      let tls = try TLSTransport(over: UnixTransport(), settings: Credentials.shared.get().settings)
      try await body(Harness(tls, .unix(path: path)))
    }
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
