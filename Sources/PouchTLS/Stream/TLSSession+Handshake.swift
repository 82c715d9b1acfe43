internal import COpenSSL
internal import PouchCore

extension TLSSession {
  enum HandshakeStep {
    case needsInput
    case established
    case failed(PouchError)
  }

  /// Goes as far as the bytes at hand allow. What it wrote must be sent whatever it returns: the
  /// next flight, or the alert that tells the peer why.
  mutating func advance() -> HandshakeStep {
    if isClosed { return .failed(TLSSession.closedError) }
    if let readFailure { return .failed(readFailure) }
    if phase == .established { return .established }
    phase = .handshaking
    ERR_clear_error()
    let result = SSL_do_handshake(ssl.pointer)
    let error = SSL_get_error(ssl.pointer, result)
    switch error {
    case SSL_ERROR_NONE:
      if let failure = complete() { return .failed(fail(failure)) }
      phase = .established
      return .established
    case SSL_ERROR_WANT_READ:
      return .needsInput
    default:
      return .failed(fail(handshakeFailure(error, OpenSSLErrors.drain())))
    }
  }

  /// Ends the session: nothing calls OpenSSL for it again.
  mutating func fail(_ failure: PouchError) -> PouchError {
    let error = failure.at(peer: peer.address)
    readFailure = error
    // A write that already failed for a reason of its own keeps it.
    if writeFailure == nil { writeFailure = error }
    return error
  }

  /// Checks what was agreed on and notes who the peer is.
  ///
  /// OpenSSL has refused bad peers during the handshake; this makes sure of it.
  private mutating func complete() -> PouchError? {
    let ssl = ssl.pointer
    let verdict = SSL_get_verify_result(ssl)
    guard verdict == X509_V_OK else {
      return PouchError(
        .security, "the peer's certificate was refused",
        cause: String(cString: X509_verify_cert_error_string(verdict)))
    }
    let certificate = SSL_get1_peer_certificate(ssl).map { Certificate(owning: $0) }
    let mode = SSL_get_verify_mode(ssl)
    let mustHave = role == .client || mode & SSL_VERIFY_FAIL_IF_NO_PEER_CERT != 0
    guard certificate != nil || !mustHave else {
      return PouchError(.security, "the peer has no certificate")
    }
    guard let alpn = selectedProtocol, alpn == checks.applicationProtocol.name else {
      return PouchError(
        .protocolMismatch,
        "the peer did not agree to speak \(checks.applicationProtocol) (ALPN)",
        hint: "check that the endpoint is a Pouch peer")
    }
    peer.names = certificate.map { $0.names.map(\.description) } ?? []
    peer.security = PeerIdentity.Security(
      version: String(cString: SSL_get_version(ssl)),
      cipher: SSL_get_current_cipher(ssl).map { String(cString: SSL_CIPHER_get_name($0)) } ?? "",
      group: negotiatedGroup, applicationProtocol: alpn,
      serialNumber: certificate?.serialNumber ?? "")
    return nil
  }

  private var selectedProtocol: String? {
    var data: UnsafePointer<UInt8>?
    var length: UInt32 = 0
    SSL_get0_alpn_selected(ssl.pointer, &data, &length)
    guard let data, length > 0 else { return nil }
    return String(
      decoding: UnsafeBufferPointer(start: data, count: Int(length)), as: UTF8.self)
  }

  private var negotiatedGroup: String {
    let id = pouch_ssl_get_negotiated_group(ssl.pointer)
    guard let name = SSL_group_to_name(ssl.pointer, id) else { return "" }
    return String(cString: name)
  }

  /// Looks at the first bytes that came, before OpenSSL does.
  ///
  /// - Returns: The error that names what the peer speaks, when it is not TLS. An alert, which a
  ///   TLS peer understands and a Pouch peer recognises, is left to be sent.
  mutating func inspectFirstBytes() -> PouchError? {
    if hasInput { return nil }
    hasInput = true
    guard let seen = channel.incoming.withUnsafeBytes({ ForeignProtocol($0) }) else { return nil }
    channel.outgoing.append(ForeignProtocol.farewell)
    return fail(
      PouchError(
        .protocolMismatch, "the peer does not speak TLS: it sent \(seen)",
        hint: role == .client
          ? "if the receiver is meant to be in the clear, write tcp:// instead of tls://"
          : "if the peer is meant to use TLS, write tls:// in its endpoint"))
  }
}
