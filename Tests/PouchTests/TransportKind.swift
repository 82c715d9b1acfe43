import Glibc
import Pouch
import PouchTLS
import Testing

/// Every transport that carries the library's behaviour.
enum TransportKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case memory, tcp, tls, unixPath, unixAbstract

  var testDescription: String { rawValue }

  /// Runs `body` with an endpoint to listen at and the options of both ends.
  func withOptions(
    _ pipeline: PipelineKind = .none,
    _ body: (Endpoint, SenderOptions, ReceiverOptions) async throws -> Void
  ) async throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    var sending = SenderOptions()
    sending.pipeline = try pipeline.stages
    var receiving = ReceiverOptions()
    // A machine that runs every test at once may be slow to get to this one.
    sending.timeouts = .patient
    receiving.timeouts = .patient
    receiving.stages.register("hmac-sha-256") { _ throws(PouchError) in
      try HMACSHA256Stage(key: PipelineKind.key)
    }
    let endpoint: Endpoint
    switch self {
    case .memory:
      let transport = MemoryTransport()
      sending.transports.register(.memory, transport)
      receiving.transports.register(.memory, transport)
      endpoint = .memory("library")
    case .tcp: endpoint = .tcp("127.0.0.1", 0)
    case .tls:
      let certificates = try DevelopmentCertificates(
        receiverNames: ["localhost"], senderNames: ["localhost"], days: 1)
      _ = try certificates.write(to: CredentialDirectory(directory.path, replaces: false))
      sending.tls = directory.credentials("sender")
      receiving.tls = directory.credentials("receiver")
      endpoint = .tls("localhost", 0)
    case .unixPath: endpoint = .unix(path: directory.path + "/s")
    case .unixAbstract: endpoint = .unix(abstract: directory.path)
    }
    try await body(endpoint, sending, receiving)
  }
}

extension Timeouts {
  /// For tests that are not about deadlines.
  static var patient: Timeouts {
    var timeouts = Timeouts()
    timeouts.connect = .seconds(100)
    timeouts.opening = .seconds(100)
    timeouts.tlsHandshake = .seconds(100)
    timeouts.hello = .seconds(100)
    timeouts.heartbeat = .seconds(100)
    timeouts.drain = .seconds(100)
    return timeouts
  }
}

/// A directory of the test's own, with its files removed at the end.
struct TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/pouch-library-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  func credentials(_ name: String) -> TLSSettings {
    .mutual(trust: path + "/ca.pem", certificate: path + "/\(name).pem", key: path + "/\(name).key")
  }

  func remove() {
    for name in ["ca", "receiver", "sender"] {
      unlink(path + "/\(name).pem")
      unlink(path + "/\(name).key")
    }
    unlink(path + "/s")
    rmdir(path)
  }
}
