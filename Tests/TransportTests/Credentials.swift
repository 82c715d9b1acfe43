import Glibc
import PouchCore
import PouchTLS

/// A certificate that both sides of a TLS connection use, and the authority that signed it.
final class Credentials: Sendable {
  static let shared = Result { try Credentials() }

  let settings: TLSSettings

  private init() throws {
    let directory = try TemporaryDirectory()
    let authority = try CertificateAuthority(validity: CertificateAuthority.validity(days: 2))
    let issued = try authority.issue(
      CertificateTemplate(
        commonName: "test", names: [CertificateName("localhost")],
        validity: CertificateAuthority.validity(days: 1)))
    let files = [
      ("ca.pem", try authority.certificate.pem()), ("own.pem", try issued.certificate.pem()),
      ("own.key", try issued.key.pem()),
    ]
    for (name, bytes) in files {
      let descriptor = open(directory.path + "/" + name, O_WRONLY | O_CREAT, 0o600)
      defer { _ = Glibc.close(descriptor) }
      guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
        throw PouchError.system(.outputFailed, "no test file", errno: errno)
      }
    }
    var settings = TLSSettings.mutual(
      trust: directory.path + "/ca.pem", certificate: directory.path + "/own.pem",
      key: directory.path + "/own.key")
    settings.serverName = "localhost"
    self.settings = settings
  }
}
