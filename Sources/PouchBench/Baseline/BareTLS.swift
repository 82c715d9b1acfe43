internal import COpenSSL
internal import PouchCore
internal import PouchTLS

/// The contexts of a bare OpenSSL client and server: the same files, version, suites and groups as
/// the library's, both certificates checked.
///
/// `@unchecked Sendable`: contexts may be used by several threads once they are set up.
final class BareTLS: @unchecked Sendable {
  fileprivate let client: OpaquePointer
  fileprivate let server: OpaquePointer

  init(_ credentials: LoopbackCredentials) throws(PouchError) {
    client = try BareTLS.context(credentials.sender)
    do throws(PouchError) {
      server = try BareTLS.context(credentials.receiver)
    } catch {
      SSL_CTX_free(client)
      throw error
    }
  }

  deinit {
    SSL_CTX_free(client)
    SSL_CTX_free(server)
  }

  private static func context(_ settings: TLSSettings) throws(PouchError) -> OpaquePointer {
    guard let context = SSL_CTX_new(TLS_method()) else { throw BareTLS.error("make a context") }
    guard pouch_ssl_ctx_set_min_proto_version(context, TLS1_3_VERSION) == 1,
      SSL_CTX_set_ciphersuites(context, settings.policy.suites) == 1,
      pouch_ssl_ctx_set1_groups_list(context, settings.policy.groups) == 1,
      SSL_CTX_use_certificate_chain_file(context, settings.certificate ?? "") == 1,
      SSL_CTX_use_PrivateKey_file(context, settings.key ?? "", X509_FILETYPE_PEM) == 1,
      SSL_CTX_load_verify_locations(context, settings.trust ?? "", nil) == 1
    else {
      let error = BareTLS.error("set up a context")
      SSL_CTX_free(context)
      throw error
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    // A client that only writes never reads them, and its close would be a reset.
    SSL_CTX_set_num_tickets(context, 0)
    return context
  }

  /// Both ends of a connection.
  func channels(
    _ pair: (client: RawSocket, server: RawSocket)
  ) throws(PouchError) -> (client: TLSChannel, server: TLSChannel) {
    (
      try TLSChannel(client, pair.client, isServer: false),
      try TLSChannel(server, pair.server, isServer: true)
    )
  }

  static func error(_ action: String) -> PouchError {
    let code = ERR_peek_last_error()
    ERR_clear_error()
    let reason = ERR_reason_error_string(code).map { String(cString: $0) }
    return PouchError(.internal, "the baseline's OpenSSL could not \(action)", cause: reason)
  }
}

/// OpenSSL that reads and writes a socket by itself.
///
/// `@unchecked Sendable`: one thread uses it at a time, and hands it on with the end of its work.
final class TLSChannel: RawChannel, @unchecked Sendable {
  private let socket: RawSocket
  private let ssl: OpaquePointer
  private let isServer: Bool

  fileprivate init(
    _ context: OpaquePointer, _ socket: RawSocket, isServer: Bool
  ) throws(PouchError) {
    guard let ssl = SSL_new(context) else { throw BareTLS.error("make a session") }
    self.ssl = ssl
    self.socket = socket
    self.isServer = isServer
    guard SSL_set_fd(ssl, socket.descriptor) == 1 else { throw BareTLS.error("take a socket") }
    // As many records with one call as are there, and not two calls for each.
    SSL_set_read_ahead(ssl, 1)
    SSL_set_default_read_buffer_len(ssl, 64 << 10)
  }

  deinit {
    SSL_free(ssl)
  }

  var descriptor: Int32 { socket.descriptor }
  var holdsBytes: Bool { SSL_has_pending(ssl) == 1 }
  var copiesAll: Bool { true }

  func handshake() throws(PouchError) {
    ERR_clear_error()
    guard (isServer ? SSL_accept(ssl) : SSL_connect(ssl)) == 1 else {
      throw BareTLS.error("complete the handshake")
    }
  }

  func send(_ bytes: UnsafeRawBufferPointer) throws(PouchError) {
    var written = 0
    ERR_clear_error()
    // Without partial writes it returns when it has written all.
    guard bytes.isEmpty || SSL_write_ex(ssl, bytes.baseAddress, bytes.count, &written) == 1 else {
      throw BareTLS.error("write")
    }
  }

  func send(
    _ head: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer
  ) throws(PouchError) {
    try send(head)
    try send(body)
  }

  func receive(into room: UnsafeMutableRawBufferPointer) throws(PouchError) -> Int {
    var length = 0
    ERR_clear_error()
    let result = SSL_read_ex(ssl, room.baseAddress, room.count, &length)
    if result == 1 { return length }
    guard SSL_get_error(ssl, result) == SSL_ERROR_ZERO_RETURN else { throw BareTLS.error("read") }
    return 0
  }

  func finish() throws(PouchError) {
    ERR_clear_error()
    guard SSL_shutdown(ssl) >= 0 else { throw BareTLS.error("end the session") }
  }
}
