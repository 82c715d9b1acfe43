internal import CPeerOpenSSL

/// OpenSSL that reads and writes a socket by itself.
///
/// `@unchecked Sendable`: one thread uses it.
final class OpenSSLChannel: ByteChannel, @unchecked Sendable {
  private let session: OpaquePointer
  private let context: OpenSSLContext
  private let socket: LoopbackSocket
  private let isServer: Bool

  init(
    owning session: OpaquePointer, of context: OpenSSLContext, _ socket: LoopbackSocket,
    isServer: Bool
  ) throws {
    self.session = session
    self.context = context
    self.socket = socket
    self.isServer = isServer
    guard SSL_set_fd(session, socket.descriptor) == 1 else {
      throw OpenSSLContext.error("SSL_set_fd")
    }
    // As many records with one call as are there, and not two calls for each.
    SSL_set_read_ahead(session, 1)
    SSL_set_default_read_buffer_len(session, 64 << 10)
  }

  deinit {
    SSL_free(session)
  }

  func handshake() throws {
    ERR_clear_error()
    guard (isServer ? SSL_accept(session) : SSL_connect(session)) == 1 else {
      throw OpenSSLContext.error("the handshake")
    }
  }

  func send(_ bytes: UnsafeRawBufferPointer) throws {
    var written = 0
    ERR_clear_error()
    // Without partial writes it returns when it has written all.
    guard bytes.isEmpty || SSL_write_ex(session, bytes.baseAddress, bytes.count, &written) == 1
    else { throw OpenSSLContext.error("SSL_write_ex") }
  }

  func receive(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var count = 0
    ERR_clear_error()
    let result = SSL_read_ex(session, buffer.baseAddress, buffer.count, &count)
    if result == 1 { return count }
    guard SSL_get_error(session, result) == SSL_ERROR_ZERO_RETURN else {
      throw OpenSSLContext.error("SSL_read_ex")
    }
    return 0
  }
}
