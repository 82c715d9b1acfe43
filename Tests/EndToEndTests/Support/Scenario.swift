import Foundation
import Testing

/// A kind of endpoint to meet at.
enum Meeting: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case tcp, tls, unix, abstract

  var testDescription: String { rawValue }

  func endpoint(_ workspace: Workspace) -> String {
    switch self {
    case .tcp: "tcp://127.0.0.1:0"
    case .tls: "tls://localhost:0"
    case .unix: "unix://\(workspace.file("x.sock"))"
    // The system's names are everybody's: this one belongs to the workspace.
    case .abstract: "unix:@\(workspace.path)"
    }
  }

  /// What a side needs to prove who it is.
  func identity(_ side: Side, _ workspace: Workspace) -> [String] {
    guard self == .tls else { return [] }
    let certs = workspace.file("Certs")
    return [
      "--trust", "\(certs)/ca.pem", "--certificate", "\(certs)/\(side.rawValue).pem", "--key",
      "\(certs)/\(side.rawValue).key",
    ]
  }

  func prepare(_ workspace: Workspace) async throws {
    if self == .tls { try await workspace.makeCertificates() }
  }
}

/// Whose certificate a side has: the one made for listeners or for those who connect.
enum Side: String, Sendable {
  case receiver, sender

  static let listener = Side.receiver
  static let dialler = Side.sender
}

/// A pipeline as options say it.
enum Stages: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case none, deflate, crc32c, both, sha256, hmac

  var testDescription: String { rawValue }

  func senderOptions(_ workspace: Workspace) throws -> [String] {
    switch self {
    case .none: []
    case .deflate: ["--compress", "deflate"]
    case .crc32c: ["--integrity", "crc32c"]
    case .both: ["--compress", "deflate:6", "--integrity", "crc32c"]
    case .sha256: ["--integrity", "sha-256"]
    case .hmac:
      ["--compress", "deflate", "--integrity", "hmac-sha-256", "--hmac-key", try key(workspace)]
    }
  }

  func receiverOptions(_ workspace: Workspace) throws -> [String] {
    switch self {
    case .none: []
    case .deflate: ["--require", "deflate"]
    case .crc32c, .both: ["--require", "crc32c"]
    case .sha256: ["--require", "sha-256"]
    case .hmac: ["--require", "hmac-sha-256", "--hmac-key", try key(workspace)]
    }
  }

  /// As the Python peer writes it.
  var peerText: String {
    switch self {
    case .none: ""
    case .deflate: "deflate:1"
    case .crc32c: "crc32c"
    case .both: "deflate:6,crc32c"
    case .sha256: "sha-256"
    case .hmac: "deflate:1,hmac-sha-256"
    }
  }

  func key(_ workspace: Workspace) throws -> String {
    let path = workspace.file("shared.key")
    if !FileManager.default.fileExists(atPath: path) {
      try workspace.write("shared.key", "0123456789abcdef0123456789abcdef")
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }
    return path
  }
}
