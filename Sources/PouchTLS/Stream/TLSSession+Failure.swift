internal import COpenSSL
internal import PouchCore

extension TLSSession {
  static let closedError = PouchError(.closed, "the stream is closed")

  /// What a failed handshake means, from what OpenSSL reported.
  func handshakeFailure(_ error: Int32, _ errors: OpenSSLErrors) -> PouchError {
    if errors.contains(SSL_R_UNEXPECTED_EOF_WHILE_READING) || errors.entries.isEmpty {
      return PouchError(
        .truncated, "the peer ended the connection during the TLS handshake",
        hint: "check that the peer speaks TLS at this endpoint, and read its log",
        cause: errors.text)
    }
    if let alert = errors.alert {
      return alertFailure(alert, errors, "the peer refused the TLS handshake")
    }
    if errors.contains(SSL_R_NO_APPLICATION_PROTOCOL) || errors.contains(SSL_R_CALLBACK_FAILED) {
      let offered = checks.offeredProtocols.map { $0.joined(separator: ", ") }
      let seen = offered.map { "it offers \(TLSSession.printable($0))" } ?? "it offers none"
      return PouchError(
        .protocolMismatch,
        "the peer does not speak \(checks.applicationProtocol) over TLS (ALPN): \(seen)",
        hint: "check that the peer is a Pouch peer, and that both ends use the same framing",
        cause: errors.text)
    }
    let verdict = SSL_get_verify_result(ssl.pointer)
    if verdict != X509_V_OK { return refusal(verdict, errors) }
    if errors.contains(SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) {
      return PouchError(
        .security, "the peer has no certificate",
        hint: "give the peer a certificate and its key", cause: errors.text)
    }
    return PouchError(.security, "the TLS handshake failed", cause: errors.text)
  }

  /// The peer's certificate was refused on this side.
  private func refusal(_ verdict: Int, _ errors: OpenSSLErrors) -> PouchError {
    var cause = String(cString: X509_verify_cert_error_string(verdict))
    if let reason = checks.refusal { cause += ": \(reason)" }
    if let queue = errors.text { cause += "; \(queue)" }
    let claims = checks.claimedNames.map(\.description).joined(separator: ", ")
    let hint: String
    switch Int32(verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
      let names = claims.isEmpty ? "no name that counts" : claims
      hint = "the certificate has \(names); \(expected.map { "'\($0)' was asked for" } ?? "")"
    case X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID:
      hint = "look at its dates with pouch-certs inspect, and at this host's clock"
    case X509_V_ERR_CERT_REJECTED:
      let names =
        claims.isEmpty ? "look at it with pouch-certs inspect" : "the certificate has \(claims)"
      hint = checks.remedy ?? names
    case X509_V_ERR_INVALID_PURPOSE:
      hint = "its extended key usage must allow \(role == .client ? "serverAuth" : "clientAuth")"
    default:
      hint = "check that the trust file holds the CA that signed the peer's certificate"
    }
    return PouchError(.security, "the peer's certificate was refused", hint: hint, cause: cause)
  }

  /// What ended an established session.
  func streamFailure(_ error: Int32, _ errors: OpenSSLErrors) -> PouchError {
    if errors.contains(SSL_R_UNEXPECTED_EOF_WHILE_READING) || errors.entries.isEmpty {
      return PouchError(
        .truncated, "the stream ended without the peer saying that it is complete",
        cause: errors.text)
    }
    if let alert = errors.alert {
      return alertFailure(alert, errors, "the peer ended the TLS session")
    }
    return PouchError(.security, "the TLS session failed", cause: errors.text)
  }

  private func alertFailure(
    _ alert: Int32, _ errors: OpenSSLErrors, _ message: String
  ) -> PouchError {
    let hint: String?
    switch alert {
    case SSL_AD_NO_APPLICATION_PROTOCOL:
      return PouchError(
        .protocolMismatch, "the peer does not speak \(checks.applicationProtocol) over TLS (ALPN)",
        hint: "check that the peer is a Pouch peer, and that both ends use the same framing",
        cause: errors.text)
    case SSL_AD_UNEXPECTED_MESSAGE:
      hint = "the peer may not speak TLS"
    case SSL_AD_UNKNOWN_CA:
      hint = "the peer does not trust the CA that signed this side's certificate"
    case SSL_AD_CERTIFICATE_REQUIRED:
      hint = "give this side a certificate and its key"
    case SSL_AD_CERTIFICATE_EXPIRED:
      hint = "look at this side's certificate with pouch-certs inspect"
    case SSL_AD_BAD_CERTIFICATE, SSL_AD_UNSUPPORTED_CERTIFICATE, SSL_AD_CERTIFICATE_UNKNOWN:
      hint = "the peer refuses this side's certificate; its log says why"
    case SSL_AD_PROTOCOL_VERSION:
      hint = "the two sides have no TLS version in common; compare their policies"
    default: hint = nil
    }
    return PouchError(.security, message, hint: hint, cause: errors.text)
  }

  /// A stranger's text, cut and without control characters.
  private static func printable(_ text: String) -> String {
    let visible = text.unicodeScalars.prefix(80).map { scalar in
      scalar.isASCII && scalar.value >= 0x20 && scalar.value != 0x7F ? Character(scalar) : "?"
    }
    return "'\(String(visible))'"
  }
}
