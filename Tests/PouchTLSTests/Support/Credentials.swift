import Glibc
import PouchCore

@testable import PouchTLS

/// An authority and the certificates it signed, in a directory of their own.
final class Credentials: Sendable {
  let directory: TemporaryDirectory

  var trust: String { directory.file("ca.pem") }

  /// Makes an authority, and certificates from `templates`, in files named after them.
  init(_ templates: [String: CertificateTemplate]) throws {
    directory = try TemporaryDirectory()
    let authority = try CertificateAuthority(validity: CertificateAuthority.validity(days: 30))
    try write("ca.pem", authority.certificate.pem())
    for (name, template) in templates {
      let issued = try authority.issue(template)
      try write("\(name).pem", issued.certificate.pem())
      try write("\(name).key", issued.key.pem(), mode: 0o600)
    }
  }

  func write(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o644) throws {
    let descriptor = open(directory.file(name), O_WRONLY | O_CREAT | O_TRUNC, mode)
    guard descriptor >= 0 else {
      throw PouchError.system(.outputFailed, "no test file", errno: errno)
    }
    defer { _ = Glibc.close(descriptor) }
    fchmod(descriptor, mode)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw PouchError.system(.outputFailed, "no test file", errno: errno)
    }
  }

  func settings(_ name: String) -> TLSSettings {
    .mutual(
      trust: trust, certificate: directory.file("\(name).pem"), key: directory.file("\(name).key"))
  }

  static func template(_ names: [String]) throws -> CertificateTemplate {
    CertificateTemplate(
      commonName: "test", names: try names.map { try CertificateName($0) },
      validity: CertificateAuthority.validity(days: 10))
  }

  /// What `pouch-certs create` makes.
  static var usual: [String: CertificateTemplate] {
    get throws {
      [
        "receiver": try template(["localhost", "127.0.0.1", "::1"]),
        "sender": try template(["sender"]),
      ]
    }
  }

  /// One set for the many tests that need nothing special.
  static let shared = Result { try Credentials(Credentials.usual) }
}
