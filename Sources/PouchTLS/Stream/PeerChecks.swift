internal import COpenSSL
internal import PouchCore

/// What OpenSSL does not check about the peer of one handshake, and what it saw meanwhile.
///
/// Its own checks run inside OpenSSL's verification, so that a refusal reaches the peer as an
/// alert. Not `Sendable`: it belongs to the `TLSSession` whose lock its owner holds.
final class PeerChecks {
  /// The URI that the peer must have; nil where OpenSSL compares a host name or address.
  private let expectedURI: CertificateName?
  /// The names of which the peer must have one; empty for any.
  private let allowed: [CertificateName]
  /// The protocol that both sides must name.
  let applicationProtocol: ApplicationProtocol
  /// Whether a client that is not asked for TLS 1.3 is refused by its version alone.
  let refusesOlderVersions: Bool

  /// Why the certificate was refused here.
  private(set) var refusal: String?
  /// What helps, where that is not to look at its names.
  private(set) var remedy: String?
  /// The names that the certificate claims, proven or not.
  private(set) var claimedNames: [CertificateName] = []
  /// The application protocols that a client offered; nil without ALPN.
  var offeredProtocols: [String]?

  init(
    expectedURI: CertificateName?, allowed: [CertificateName],
    applicationProtocol: ApplicationProtocol, refusesOlderVersions: Bool
  ) {
    self.expectedURI = expectedURI
    self.allowed = allowed
    self.applicationProtocol = applicationProtocol
    self.refusesOlderVersions = refusesOlderVersions
  }

  /// The checks of the session that `ssl` is.
  static func of(_ ssl: OpaquePointer?) -> PeerChecks? {
    guard let ssl, let data = pouch_ssl_get_app_data(ssl) else { return nil }
    return Unmanaged<PeerChecks>.fromOpaque(data).takeUnretainedValue()
  }

  /// Looks at the peer's own certificate, whose chain is in order.
  ///
  /// - Returns: Whether the peer may go on.
  func accept(_ certificate: Certificate) -> Bool {
    if let objection = certificate.usageObjection {
      claimedNames = certificate.names
      refusal = objection
      remedy = Certificate.usableUsage
      return false
    }
    do {
      let names = try certificate.checkedNames()
      claimedNames = names
      if names.isEmpty {
        refusal = "it has no DNS, IP or URI name; the common name is not an identity"
      } else if let expectedURI, !names.contains(where: { $0.matches(expectedURI) }) {
        refusal = "it is not for \(expectedURI)"
      } else if !allowed.isEmpty,
        !names.contains(where: { name in allowed.contains { $0.matches(name) } })
      {
        refusal = "none of its names is allowed"
      }
    } catch {
      refusal = "\(error)"
    }
    return refusal == nil
  }

  /// Notes the names of a certificate that OpenSSL refused.
  func note(_ certificate: Certificate) {
    claimedNames = certificate.names
  }
}

/// OpenSSL's verify callback: called for each certificate of the chain, the peer's own last.
func verifyPeer(_ isValid: Int32, _ store: OpaquePointer?) -> Int32 {
  guard let store, X509_STORE_CTX_get_error_depth(store) == 0,
    let checks = PeerChecks.of(
      OpaquePointer(
        X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()))),
    let pointer = X509_STORE_CTX_get_current_cert(store)
  else { return isValid }
  X509_up_ref(pointer)
  let certificate = Certificate(owning: pointer)
  guard isValid == 1 else {
    checks.note(certificate)
    return isValid
  }
  if checks.accept(certificate) { return 1 }
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED)
  return 0
}
