import PouchCore
import Testing

/// A transport whose type no longer matters, and an endpoint that it can listen at.
struct Harness: Sendable {
  let endpoint: Endpoint
  private let doConnect: @Sendable (Endpoint) async throws(PouchError) -> any ByteStream
  private let doListen: @Sendable (Endpoint) async throws(PouchError) -> any StreamListener

  init<T: Transport>(_ transport: T, _ endpoint: Endpoint) {
    self.endpoint = endpoint
    doConnect = { endpoint throws(PouchError) in try await transport.connect(to: endpoint) }
    doListen = { endpoint throws(PouchError) in try await transport.listen(on: endpoint) }
  }

  func connect(to endpoint: Endpoint) async throws(PouchError) -> any ByteStream {
    try await doConnect(endpoint)
  }

  func listen(
    at endpoint: Endpoint? = nil
  ) async throws(PouchError) -> any StreamListener {
    try await doListen(endpoint ?? self.endpoint)
  }

  func withListener(_ body: (any StreamListener) async throws -> Void) async throws {
    let listener = try await listen()
    defer { listener.close() }
    try await body(listener)
  }

  /// Two streams that are connected to each other, after their handshakes.
  func withPair(
    _ body: @Sendable (_ client: any ByteStream, _ server: any ByteStream) async throws -> Void
  ) async throws {
    try await withListener { listener in
      let (client, server) = try await pair(listener)
      defer {
        client.close()
        server.close()
      }
      try await body(client, server)
    }
  }

  func pair(
    _ listener: any StreamListener
  ) async throws -> (client: any ByteStream, server: any ByteStream) {
    async let accepted = Harness.accept(listener)
    let client = try await connect(to: listener.endpoint)
    try await client.handshake()
    return try await (client, accepted)
  }

  private static func accept(_ listener: any StreamListener) async throws -> any ByteStream {
    let server = try await listener.accept()
    try await server.handshake()
    return server
  }
}

extension ByteStream {
  /// Reads `count` bytes.
  func readExactly(_ count: Int) async throws(PouchError) -> Bytes {
    var buffer = ByteBuffer()
    while buffer.count < count {
      guard try await read(into: &buffer) > 0 else {
        throw PouchError(.truncated, "\(buffer.count) of \(count) bytes came")
      }
    }
    return buffer.freeze()
  }

  /// Reads up to the clean end.
  func readToEnd() async throws(PouchError) -> Bytes {
    var buffer = ByteBuffer()
    while try await read(into: &buffer) > 0 {}
    return buffer.freeze()
  }

  /// Writes back what comes, up to the clean end, and finishes.
  func echo() async throws(PouchError) {
    var buffer = ByteBuffer()
    while try await read(into: &buffer) > 0 { try await write([buffer.take(buffer.count)]) }
    try await finish()
  }

  func write(_ text: String) async throws(PouchError) {
    try await write([Bytes(utf8: text)])
  }
}

/// The error that `body` throws; a failure when it throws none.
func failure(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async -> PouchError? {
  do {
    try await body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    return nil
  } catch {
    return error as? PouchError
  }
}

/// The code of the error that `body` throws; a failure when it throws none.
func code(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async -> PouchError.Code? {
  await failure(sourceLocation: sourceLocation, body)?.code
}
