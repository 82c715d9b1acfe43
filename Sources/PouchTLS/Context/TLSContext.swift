internal import COpenSSL
public import PouchCore

/// Which side of the handshake a context is for: the one that connects or the one that listens.
public enum TLSRole: Sendable, Hashable {
  case client, server
}

/// Certificates, key and policy, read and checked once, and shared by every stream made with them.
public final class TLSContext: Sendable {
  /// Certificates between the peer's and the authority's.
  private static let chainDepth: Int32 = 4
  /// The most bytes of certificates that a peer may send.
  private static let chainBytes = 32 << 10

  public let role: TLSRole
  public let settings: TLSSettings

  /// This side's own certificate, to be shown by commands.
  package let certificate: Certificate?

  /// The names of `settings.allowedNames`.
  let allowedNames: [CertificateName]
  private let handle: Owned<SSLContextObject>

  var pointer: OpaquePointer { handle.pointer }

  /// Reads the files and makes the context.
  ///
  /// - Parameters:
  ///   - settings: What to believe and what to show.
  ///   - role: The side that it is for.
  /// - Throws: `.inputMissing` when a file cannot be read, `.security` when the key has group or
  ///   other permissions or does not belong to the certificate, `.configuration` when a file holds
  ///   something else or the settings lack one.
  public init(_ settings: TLSSettings, role: TLSRole) throws(PouchError) {
    self.role = role
    self.settings = settings
    try TLSContext.check(settings, role)
    allowedNames = try settings.allowedNames.map { (text) throws(PouchError) in
      do throws(PouchError) {
        return try CertificateName(text)
      } catch {
        throw PouchError(.configuration, error.message, cause: error.cause)
      }
    }

    ERR_clear_error()
    handle = try Owned(SSL_CTX_new(TLS_method()), "make a context")
    let context = handle.pointer
    try TLSContext.apply(settings.policy, to: context)
    TLSContext.applyModes(to: context)
    SSL_CTX_set_default_passwd_cb(context, refusePassphrase)
    if let certificate = settings.certificate, let key = settings.key {
      self.certificate = try TLSContext.load(certificate, key: key, into: context)
    } else {
      certificate = nil
    }
    try TLSContext.applyTrust(settings, role, to: context)
    try TLSContext.applyProtocol(settings.applicationProtocol, role, to: context)
  }

  /// What cannot work is said before a file is read.
  private static func check(_ settings: TLSSettings, _ role: TLSRole) throws(PouchError) {
    let side = role == .client ? "connect" : "listen"
    func lacks(_ what: String, _ hint: String) -> PouchError {
      PouchError(.configuration, "to \(side) with TLS, \(what) is needed", hint: hint)
    }
    if (settings.certificate == nil) != (settings.key == nil) {
      let missing = settings.key == nil ? "a private key" : "a certificate"
      throw lacks(missing, "give the certificate and its key together")
    }
    if role == .server, settings.certificate == nil {
      throw lacks("a certificate", "run: pouch-certs create --output Certs --name localhost")
    }
    if settings.trust == nil, role == .client || settings.requiresPeerCertificate {
      throw lacks(
        "a file of trusted authorities", "give the certificate of the CA that signs the peers'")
    }
  }

  private static func apply(
    _ policy: TLSPolicy, to context: OpaquePointer
  ) throws(PouchError) {
    let oldest = policy.olderSuites == nil ? TLS1_3_VERSION : TLS1_2_VERSION
    guard pouch_ssl_ctx_set_min_proto_version(context, oldest) == 1,
      pouch_ssl_ctx_set_max_proto_version(context, TLS1_3_VERSION) == 1,
      SSL_CTX_set_ciphersuites(context, policy.suites) == 1,
      policy.olderSuites.map({ SSL_CTX_set_cipher_list(context, $0) == 1 }) ?? true,
      pouch_ssl_ctx_set1_groups_list(context, policy.groups) == 1
    else { throw .openSSL("apply the policy '\(policy)'") }
    // 112 bits: no RSA below 2,048, no SHA-1 in signatures.
    SSL_CTX_set_security_level(context, 2)
  }

  private static func applyModes(to context: OpaquePointer) {
    SSL_CTX_set_options(
      context,
      pouch_ssl_op_no_renegotiation() | pouch_ssl_op_cipher_server_preference()
        | pouch_ssl_op_no_ticket() | pouch_ssl_op_no_compression())
    // An end without close_notify is an error: OpenSSL is told so by not being told otherwise.
    _ = pouch_ssl_ctx_set_mode(
      context,
      pouch_ssl_mode_enable_partial_write() | pouch_ssl_mode_accept_moving_write_buffer()
        | pouch_ssl_mode_release_buffers())
    // A ticket that a client does not read before it closes resets the connection, and what it
    // has written is lost.
    SSL_CTX_set_num_tickets(context, 0)
    _ = pouch_ssl_ctx_set_session_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
    SSL_CTX_set_max_early_data(context, 0)
    SSL_CTX_set_recv_max_early_data(context, 0)
  }

  private static func load(
    _ chain: String, key path: String, into context: OpaquePointer
  ) throws(PouchError) -> Certificate? {
    let own: OwnCredentials
    do throws(CredentialFault) {
      own = try OwnCredentials(certificate: chain, key: path)
    } catch {
      throw error.error
    }
    ERR_clear_error()
    guard SSL_CTX_use_certificate(context, own.certificate.pointer) == 1 else {
      throw PouchError(
        .configuration, "certificate '\(chain)' cannot be used",
        hint: Certificate.usableKeys + ", signed with SHA-256 or better",
        cause: OpenSSLErrors.drain().text)
    }
    for issuer in own.chain.dropFirst() {
      guard pouch_ssl_ctx_add1_chain_cert(context, issuer.pointer) == 1 else {
        throw PouchError(
          .configuration, "a certificate of the chain in '\(chain)' cannot be used",
          cause: OpenSSLErrors.drain().text)
      }
    }
    guard SSL_CTX_use_PrivateKey(context, own.key.key.pointer) == 1,
      SSL_CTX_check_private_key(context) == 1
    else {
      throw PouchError(
        .security, "private key '\(path)' does not belong to certificate '\(chain)'",
        cause: OpenSSLErrors.drain().text)
    }
    return own.certificate
  }

  private static func applyTrust(
    _ settings: TLSSettings, _ role: TLSRole, to context: OpaquePointer
  ) throws(PouchError) {
    guard let trust = settings.trust else {
      SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
      return
    }
    guard let store = SSL_CTX_get_cert_store(context) else { throw .openSSL("find its store") }
    for authority in try TrustedAuthorities(trust).certificates {
      guard X509_STORE_add_cert(store, authority.pointer) == 1 else {
        throw .openSSL("take an authority from '\(trust)'")
      }
    }
    var mode = SSL_VERIFY_PEER
    if role == .server, settings.requiresPeerCertificate { mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT }
    SSL_CTX_set_verify(context, mode, verifyPeer)
    SSL_CTX_set_verify_depth(context, chainDepth)
    _ = pouch_ssl_ctx_set_max_cert_list(context, chainBytes)
  }

  private static func applyProtocol(
    _ name: ApplicationProtocol, _ role: TLSRole, to context: OpaquePointer
  ) throws(PouchError) {
    switch role {
    case .server:
      SSL_CTX_set_alpn_select_cb(context, selectApplicationProtocol, nil)
      SSL_CTX_set_client_hello_cb(context, checkClientHello, nil)
    case .client:
      // This call, unlike its neighbours, returns 0 for success.
      let list = name.wireForm
      guard SSL_CTX_set_alpn_protos(context, list, UInt32(list.count)) == 0 else {
        throw .openSSL("offer \(name)")
      }
    }
  }
}
