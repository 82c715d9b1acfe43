package import PouchCore

/// An authority, and certificates for a receiver and a sender: all that two hosts need to begin.
package struct DevelopmentCertificates {
  /// The names that the receiver's certificate proves.
  package var receiverNames: [CertificateName]
  /// The names that the sender's certificate proves.
  package var senderNames: [CertificateName]
  /// For how many days all of them are valid.
  package var days: Int

  /// - Throws: `.usage` for what is not a name, or for days outside 1 to 36,500.
  package init(
    receiverNames: [String], senderNames: [String], days: Int
  ) throws(PouchError) {
    guard (1...36_500).contains(days) else {
      throw PouchError(.usage, "a certificate is valid for 1 to 36500 days, not \(days)")
    }
    guard !receiverNames.isEmpty, !senderNames.isEmpty else {
      throw PouchError(.usage, "a certificate needs a name")
    }
    self.receiverNames = try receiverNames.map { (name) throws(PouchError) in
      try CertificateName(name)
    }
    self.senderNames = try senderNames.map { (name) throws(PouchError) in
      try CertificateName(name)
    }
    self.days = days
  }

  /// Makes `ca`, `receiver` and `sender`, each a `.pem` and a `.key`.
  ///
  /// Either side may listen or connect, so both may prove a server and a client.
  ///
  /// - Returns: The paths that were written.
  /// - Throws: `.outputFailed` when a file is there already and not to be replaced, or cannot be
  ///   written; then none is.
  package func write(to directory: CredentialDirectory) throws(PouchError) -> [String] {
    let validity = CertificateAuthority.validity(days: days)
    let authority = try CertificateAuthority(validity: validity)
    let receiver = try authority.issue(
      CertificateTemplate(commonName: "receiver", names: receiverNames, validity: validity))
    let sender = try authority.issue(
      CertificateTemplate(commonName: "sender", names: senderNames, validity: validity))
    return try directory.write([
      ("ca.pem", .certificate(authority.certificate.pem())),
      ("ca.key", .key(authority.key.pem())),
      ("receiver.pem", .certificate(receiver.certificate.pem())),
      ("receiver.key", .key(receiver.key.pem())),
      ("sender.pem", .certificate(sender.certificate.pem())),
      ("sender.key", .key(sender.key.pem())),
    ])
  }
}
