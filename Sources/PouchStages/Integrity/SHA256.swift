internal import COpenSSL
import PouchCore

/// SHA-256 (FIPS 180-4) by OpenSSL: one context, used for one message after the other.
struct SHA256: ~Copyable {
  /// The length of a digest in bytes.
  static let size = 32

  private let context: OpaquePointer
  private let digest: UnsafeMutableRawBufferPointer

  init() throws(PouchError) {
    ERR_clear_error()
    // The context keeps its own reference to what is fetched.
    let method = EVP_MD_fetch(nil, "SHA256", nil)
    defer { EVP_MD_free(method) }
    guard let method, let context = EVP_MD_CTX_new() else {
      throw OpenSSLFailure.make("EVP_MD_fetch", SHA256Stage.name)
    }
    guard EVP_DigestInit_ex2(context, method, nil) == 1 else {
      let failure = OpenSSLFailure.make("EVP_DigestInit_ex2", SHA256Stage.name)
      EVP_MD_CTX_free(context)
      throw failure
    }
    self.context = context
    digest = .allocate(byteCount: SHA256.size, alignment: 8)
  }

  /// Begins a message.
  borrowing func begin() throws(PouchError) {
    ERR_clear_error()
    guard EVP_DigestInit_ex2(context, nil, nil) == 1 else {
      throw OpenSSLFailure.make("EVP_DigestInit_ex2", SHA256Stage.name)
    }
  }

  /// Adds `bytes` to the message.
  borrowing func update(_ bytes: UnsafeRawBufferPointer) throws(PouchError) {
    guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else {
      throw OpenSSLFailure.make("EVP_DigestUpdate", SHA256Stage.name)
    }
  }

  /// Ends the message.
  ///
  /// - Returns: Its digest, to be read before the next message ends.
  borrowing func finish() throws(PouchError) -> UnsafeRawBufferPointer {
    guard
      EVP_DigestFinal_ex(context, digest.baseAddress?.assumingMemoryBound(to: UInt8.self), nil) == 1
    else {
      throw OpenSSLFailure.make("EVP_DigestFinal_ex", SHA256Stage.name)
    }
    return UnsafeRawBufferPointer(digest)
  }

  deinit {
    EVP_MD_CTX_free(context)
    digest.deallocate()
  }
}
