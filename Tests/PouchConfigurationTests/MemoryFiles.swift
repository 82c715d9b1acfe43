import PouchCore
import PouchSockets
import PouchTLS

@testable import PouchConfiguration

/// A file system of the test's own.
struct MemoryFiles: ConfigurationFiles {
  var texts: [String: String] = [:]
  var facts: [String: FileFacts] = [:]
  var problems: [String: FileProblem] = [:]
  var links: Set<String> = []
  var readOnly: Set<String> = []
  /// What names resolve to.
  var hosts: [String: [String]] = [
    "localhost": ["::1", "127.0.0.1"], "debian": ["127.0.1.1"], "db1": ["10.0.0.7"],
    "half": ["127.0.0.1", "10.0.0.7"],
  ]
  /// Whether a file can hold a private key, where that is known.
  var isKey: [String: Bool] = [:]
  /// What is wrong with the certificates themselves.
  var faults: [CredentialFault] = []

  /// The certificates that `pouch-certs create --output Certs` makes, beside `Configs`.
  static func withCertificates() -> MemoryFiles {
    var files = MemoryFiles()
    files.addDirectory(".", "Configs", "Certs")
    for name in ["ca", "sender", "receiver"] {
      files.add("Certs/\(name).pem", mode: 0o644)
      files.add("Certs/\(name).key", mode: 0o600)
    }
    files.add("Certs/hmac.key", mode: 0o600, size: 32)
    return files
  }

  mutating func add(_ path: String, mode: UInt32, size: Int = 100) {
    facts[path] = FileFacts(kind: .regular, mode: mode, size: size)
  }

  mutating func addDirectory(_ paths: String...) {
    for path in paths { facts[path] = FileFacts(kind: .directory, mode: 0o755, size: 0) }
  }

  func contents(of path: String, limit: Int) throws(FileProblem) -> [UInt8] {
    if let problem = problems[path] { throw problem }
    guard let text = texts[path] else { throw .missing }
    guard text.utf8.count <= limit else { throw .tooLarge }
    return Array(text.utf8)
  }

  func facts(of path: String) throws(FileProblem) -> FileFacts {
    if let problem = problems[path] { throw problem }
    guard let facts = facts[path] else { throw .missing }
    return facts
  }

  func isSymbolicLink(_ path: String) -> Bool { links.contains(path) }

  func problem(withDirectory path: String) -> FileProblem? {
    if let problem = problems[path] { return problem }
    guard let facts = facts[path] else { return .missing }
    guard facts.kind == .directory else { return .unreadable("Not a directory") }
    return readOnly.contains(path) ? .readOnly("Read-only file system") : nil
  }

  func mayHoldKey(_ path: String) -> Bool? { isKey[path] }

  func home(of user: String?) -> String? {
    switch user {
    case nil: "/home/me"
    case "you": "/home/you/"
    default: nil
    }
  }

  func addresses(of host: String) -> [HostAddress]? {
    if let known = hosts[host] {
      return known.map { HostAddress(text: $0, isLoopback: $0 == "::1" || $0.hasPrefix("127.")) }
    }
    // A number is looked up nowhere.
    guard host.allSatisfy({ $0.isHexDigit || "*x.:".contains($0) }) else { return nil }
    return try? HostAddress.all(of: host)
  }

  func faults(_ tls: TLSSettings, role: TLSRole, hosts: [String]) -> [CredentialFault] { faults }
}

/// Reads a text as `Configs/sender.yaml`.
func sender(
  _ text: String, environment: [String: String] = [:], set: [String] = [],
  options: [SettingOption] = [], files: MemoryFiles = .withCertificates()
) throws(ConfigurationErrors) -> SenderConfiguration {
  var files = files
  files.texts["Configs/sender.yaml"] = text
  return try ConfigurationReader(
    file: "Configs/sender.yaml", environment: environment, set: set, options: options,
    files: files
  ).sender()
}

/// Reads a text as `Configs/receiver.yaml`.
func receiver(
  _ text: String, environment: [String: String] = [:], set: [String] = [],
  options: [SettingOption] = [], files: MemoryFiles = .withCertificates()
) throws(ConfigurationErrors) -> ReceiverConfiguration {
  var files = files
  files.texts["Configs/receiver.yaml"] = text
  return try ConfigurationReader(
    file: "Configs/receiver.yaml", environment: environment, set: set, options: options,
    files: files
  ).receiver()
}

/// What a reader says is wrong, or an empty text when it finds nothing.
func errors<C>(_ read: () throws(ConfigurationErrors) -> C) -> String {
  do {
    _ = try read()
    return ""
  } catch {
    return error.description
  }
}
