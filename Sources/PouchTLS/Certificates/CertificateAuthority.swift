internal import Glibc
package import PouchCore

/// A certificate authority for development and for small closed groups of hosts: a P-256 key that
/// signs itself, and signs certificates for others.
package struct CertificateAuthority: ~Copyable {
  package let certificate: Certificate
  package let key: PrivateKey

  /// Makes an authority.
  package init(
    commonName: String = "Pouch development CA", validity: ClosedRange<Int64>
  ) throws(PouchError) {
    let key = try PrivateKey()
    certificate = try CertificateTemplate(
      commonName: commonName, usage: [], isAuthority: true, validity: validity
    ).make(for: key, issuer: nil, signer: key)
    self.key = key
  }

  /// Makes a key and a certificate for it.
  package borrowing func issue(
    _ template: CertificateTemplate
  ) throws(PouchError) -> IssuedCertificate {
    let own = try PrivateKey()
    let made = try template.make(for: own, issuer: certificate, signer: key)
    return IssuedCertificate(certificate: made, key: own)
  }

  /// Valid for `days` days, and since an hour ago: the clocks of two hosts differ.
  package static func validity(days: Int) -> ClosedRange<Int64> {
    let now = Int64(time(nil))
    return now - 3600...now + Int64(days) * 86_400
  }
}

/// A certificate with its private key.
package struct IssuedCertificate: ~Copyable {
  package let certificate: Certificate
  package let key: PrivateKey
}
