import Glibc
import PouchCore
import Testing

@testable import PouchTLS

/// A certificate that one side shows, what the other asks for, and what must come of it.
struct CertificateCase: Sendable, CustomTestStringConvertible {
  enum Signer: Sendable { case authority, itself, stranger, aLeaf }

  var testDescription: String
  var names: [CertificateName]
  var commonName = "test"
  var usage: CertificateTemplate.Usage = [.server, .client]
  var keyUsage = ["digitalSignature"]
  var isAuthority = false
  /// In days from now.
  var days: ClosedRange<Int64> = -1...10
  var signer = Signer.authority
  /// What a client asks for, or the only name that a server allows.
  var wanted: String?
  /// What the refusal says; nil when the certificate is good.
  var reason: String?

  init(_ description: String, _ names: [CertificateName], wants wanted: String? = nil) {
    testDescription = description
    self.names = names
    self.wanted = wanted
  }

  func with(_ change: (inout CertificateCase) -> Void) -> CertificateCase {
    var copy = self
    change(&copy)
    return copy
  }

  func refused(_ reason: String) -> CertificateCase { with { $0.reason = reason } }

  /// Writes an authority and the certificate, called `test`, into a directory of their own.
  func credentials() throws -> Credentials {
    let credentials = try Credentials([:])
    let now = Int64(time(nil))
    let range = now + days.lowerBound * 86_400...now + days.upperBound * 86_400
    var template = CertificateTemplate(
      commonName: commonName, names: names, usage: usage, isAuthority: isAuthority,
      validity: range)
    template.keyUsage = keyUsage
    let authority = try CertificateAuthority(validity: CertificateAuthority.validity(days: 30))
    try credentials.write("ca.pem", authority.certificate.pem())
    let key = try PrivateKey()
    var chain: [UInt8] = []
    switch signer {
    case .authority:
      chain = try template.make(
        for: key, issuer: authority.certificate, signer: authority.key
      ).pem()
    case .itself:
      chain = try template.make(for: key, issuer: nil, signer: key).pem()
    case .stranger:
      let stranger = try CertificateAuthority(validity: CertificateAuthority.validity(days: 30))
      chain = try template.make(
        for: key, issuer: stranger.certificate, signer: stranger.key
      ).pem()
    case .aLeaf:
      let leaf = try authority.issue(
        CertificateTemplate(
          commonName: "leaf", names: names, validity: CertificateAuthority.validity(days: 20)))
      chain = try template.make(for: key, issuer: leaf.certificate, signer: leaf.key).pem()
      chain += try leaf.certificate.pem()
    }
    try credentials.write("test.pem", chain)
    try credentials.write("test.key", key.pem(), mode: 0o600)
    return credentials
  }
}

func dns(_ text: String) -> CertificateName { CertificateName(unchecked: .dns, Array(text.utf8)) }
func uri(_ text: String) -> CertificateName { CertificateName(unchecked: .uri, Array(text.utf8)) }
func ip(_ bytes: UInt8...) -> CertificateName { CertificateName(unchecked: .ip, bytes) }
