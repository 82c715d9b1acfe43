internal import CPeerOpenSSL

/// The context of a client or a server: both show certificates and check the other's, as Pouch's
/// ends do.
///
/// `@unchecked Sendable`: a context may be used by several threads once it is set up.
final class OpenSSLContext: @unchecked Sendable {
  fileprivate let context: OpaquePointer
  private let isServer: Bool

  static var version: String {
    String(cString: OpenSSL_version(OPENSSL_VERSION_STRING))
  }

  init(_ credentials: Credentials, isServer: Bool) throws {
    self.isServer = isServer
    guard let context = SSL_CTX_new(isServer ? TLS_server_method() : TLS_client_method()) else {
      throw Self.error("SSL_CTX_new")
    }
    self.context = context
    // SSL_CTX_set_min_proto_version is a macro.
    guard
      SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_3_VERSION), nil) == 1,
      SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") == 1,
      SSL_CTX_use_certificate_chain_file(
        context, isServer ? credentials.certificate : credentials.clientCertificate) == 1,
      SSL_CTX_use_PrivateKey_file(
        context, isServer ? credentials.key : credentials.clientKey, X509_FILETYPE_PEM) == 1,
      SSL_CTX_load_verify_locations(context, credentials.trust, nil) == 1
    else { throw Self.error("a context") }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    // A client that only writes never reads them, and its close would be a reset.
    SSL_CTX_set_num_tickets(context, 0)
  }

  deinit {
    SSL_CTX_free(context)
  }

  func channel(_ socket: LoopbackSocket) throws -> OpenSSLChannel {
    guard let session = SSL_new(context) else { throw Self.error("SSL_new") }
    return try OpenSSLChannel(owning: session, of: self, socket, isServer: isServer)
  }

  static func error(_ call: String) -> SystemCallError {
    let reason = ERR_reason_error_string(ERR_peek_last_error()).map { String(cString: $0) }
    ERR_clear_error()
    return SystemCallError(call: "OpenSSL, \(call)", reason: reason ?? "unknown")
  }
}
