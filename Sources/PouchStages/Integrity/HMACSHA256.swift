internal import COpenSSL
import PouchCore

/// HMAC-SHA-256 (RFC 2104) by OpenSSL: one context that keeps its key, used for one message after
/// the other.
///
/// OpenSSL overwrites the key when the context is freed.
struct HMACSHA256: ~Copyable {
  /// The length of an authentication code in bytes.
  static let size = 32

  private let context: OpaquePointer
  private let code: UnsafeMutableRawBufferPointer

  init(key: UnsafeRawBufferPointer) throws(PouchError) {
    ERR_clear_error()
    // The context keeps its own reference to what is fetched.
    let method = EVP_MAC_fetch(nil, "HMAC", nil)
    defer { EVP_MAC_free(method) }
    guard let method, let context = EVP_MAC_CTX_new(method) else {
      throw OpenSSLFailure.make("EVP_MAC_fetch", HMACSHA256Stage.name)
    }
    let status = pouch_mac_init_sha256(
      context, key.baseAddress?.assumingMemoryBound(to: UInt8.self), key.count)
    guard status == 1 else {
      let failure = OpenSSLFailure.make("EVP_MAC_init", HMACSHA256Stage.name)
      EVP_MAC_CTX_free(context)
      throw failure
    }
    self.context = context
    code = .allocate(byteCount: HMACSHA256.size, alignment: 8)
  }

  /// Begins a message under the key that is there.
  borrowing func begin() throws(PouchError) {
    ERR_clear_error()
    guard EVP_MAC_init(context, nil, 0, nil) == 1 else {
      throw OpenSSLFailure.make("EVP_MAC_init", HMACSHA256Stage.name)
    }
  }

  /// Adds `bytes` to the message.
  borrowing func update(_ bytes: UnsafeRawBufferPointer) throws(PouchError) {
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    guard EVP_MAC_update(context, start, bytes.count) == 1 else {
      throw OpenSSLFailure.make("EVP_MAC_update", HMACSHA256Stage.name)
    }
  }

  /// Ends the message.
  ///
  /// - Returns: Its authentication code, to be read before the next message ends.
  borrowing func finish() throws(PouchError) -> UnsafeRawBufferPointer {
    var length = 0
    let target = code.baseAddress?.assumingMemoryBound(to: UInt8.self)
    guard EVP_MAC_final(context, target, &length, code.count) == 1, length == code.count else {
      throw OpenSSLFailure.make("EVP_MAC_final", HMACSHA256Stage.name)
    }
    return UnsafeRawBufferPointer(code)
  }

  deinit {
    EVP_MAC_CTX_free(context)
    // What was computed last may be a key itself.
    OPENSSL_cleanse(code.baseAddress, code.count)
    code.deallocate()
  }
}
