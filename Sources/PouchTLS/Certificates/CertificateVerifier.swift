internal import COpenSSL
package import PouchCore

/// Checks certificates the way a handshake does, without one.
package struct CertificateVerifier: Sendable {
  private let authorities: [Certificate]

  /// - Parameter authorities: Those that are believed.
  package init(authorities: [Certificate]) {
    self.authorities = authorities
  }

  /// Checks a certificate, its chain and its names.
  ///
  /// - Parameters:
  ///   - chain: The certificate, followed by the intermediate ones.
  ///   - name: A name that it must prove.
  ///   - moment: When; now, if not given.
  /// - Throws: `.security` with OpenSSL's reason as the cause.
  package func verify(
    _ chain: [Certificate], name: CertificateName? = nil, at moment: Timestamp? = nil
  ) throws(PouchError) {
    guard let certificate = chain.first else {
      throw PouchError(.configuration, "there is no certificate to verify")
    }
    if let reason = Certificate.disorder(in: chain) {
      throw CertificateVerifier.refused("it is in the wrong order: \(reason)")
    }
    try verifyChain(certificate, chain.dropFirst(), at: moment)
    if certificate.isAuthority { return }
    if let objection = certificate.keyObjection { throw CertificateVerifier.refused(objection) }
    if let objection = certificate.usageObjection { throw CertificateVerifier.refused(objection) }
    let names: [CertificateName]
    do throws(Certificate.NameFault) {
      names = try certificate.checkedNames()
    } catch {
      throw CertificateVerifier.refused("\(error)")
    }
    guard !names.isEmpty else {
      throw CertificateVerifier.refused(
        "it has no DNS, IP or URI name; the common name is not an identity")
    }
    guard
      X509_check_purpose(certificate.pointer, X509_PURPOSE_SSL_SERVER, 0) == 1
        || X509_check_purpose(certificate.pointer, X509_PURPOSE_SSL_CLIENT, 0) == 1
    else {
      throw CertificateVerifier.refused("it may prove neither a server nor a client")
    }
    guard let name, !CertificateVerifier.proves(certificate, name) else { return }
    throw CertificateVerifier.refused("it is not for '\(name)'")
  }

  private func verifyChain(
    _ certificate: Certificate, _ others: some Sequence<Certificate>, at moment: Timestamp?
  ) throws(PouchError) {
    ERR_clear_error()
    let store = try Owned<StoreObject>(X509_STORE_new(), "make a store")
    for authority in authorities {
      guard X509_STORE_add_cert(store.pointer, authority.pointer) == 1 else {
        throw .openSSL("take an authority")
      }
    }
    let untrusted = try Owned<CertificateStackObject>(pouch_sk_x509_new(), "make a list")
    let between = Array(others)
    for issuer in between {
      guard pouch_sk_x509_push(untrusted.pointer, issuer.pointer) > 0 else {
        throw .openSSL("make a list")
      }
    }
    let context = try Owned<StoreContextObject>(X509_STORE_CTX_new(), "verify")
    guard
      pouch_x509_store_ctx_init(
        context.pointer, store.pointer, certificate.pointer, untrusted.pointer) == 1
    else { throw .openSSL("verify") }
    if let moment {
      X509_STORE_CTX_set_time(context.pointer, 0, time_t(moment.seconds))
    }
    let result = withExtendedLifetime(between) { X509_verify_cert(context.pointer) }
    guard result == 1 else {
      let code = X509_STORE_CTX_get_error(context.pointer)
      ERR_clear_error()
      throw CertificateVerifier.refused(String(cString: X509_verify_cert_error_string(Int(code))))
    }
  }

  /// Whether a client that demands `name` would be satisfied; wildcards count.
  private static func proves(_ certificate: Certificate, _ name: CertificateName) -> Bool {
    let flags =
      UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS) | UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)
    switch name.kind {
    case .dns:
      let text = name.bytes.map { CChar(bitPattern: $0) }
      return X509_check_host(certificate.pointer, text, text.count, flags, nil) == 1
    case .ip:
      return X509_check_ip(certificate.pointer, name.bytes, name.bytes.count, flags) == 1
    case .uri:
      return certificate.names.contains { $0.matches(name) }
    }
  }

  private static func refused(_ reason: String) -> PouchError {
    PouchError(.security, "the certificate would be refused", cause: reason)
  }
}
