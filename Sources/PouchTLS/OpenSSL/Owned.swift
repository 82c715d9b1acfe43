internal import COpenSSL
internal import PouchCore

/// A kind of object that OpenSSL allocates and that must be given back exactly once.
protocol OpenSSLObject {
  static func free(_ pointer: OpaquePointer)
}

/// The one owner of an object of OpenSSL, given back when this value ends.
struct Owned<Kind: OpenSSLObject>: ~Copyable {
  let pointer: OpaquePointer

  /// Takes over `pointer`, the result of a call that is described by `action`.
  ///
  /// - Throws: `.internal` with the error queue as its cause when it is null.
  init(_ pointer: OpaquePointer?, _ action: String) throws(PouchError) {
    guard let pointer else { throw .openSSL(action) }
    self.pointer = pointer
  }

  /// Takes over `pointer`, which the caller owned.
  init(owning pointer: OpaquePointer) {
    self.pointer = pointer
  }

  deinit {
    Kind.free(pointer)
  }
}

/// A kind whose objects may be used by several threads at once, once they are set up.
protocol SharedOpenSSLObject: OpenSSLObject {}

/// `@unchecked Sendable`: the pointer never changes, and what it points at is thread-safe.
extension Owned: @unchecked Sendable where Kind: SharedOpenSSLObject {}

enum SSLContextObject: SharedOpenSSLObject {
  static func free(_ pointer: OpaquePointer) { SSL_CTX_free(pointer) }
}

enum SSLObject: OpenSSLObject {
  static func free(_ pointer: OpaquePointer) { SSL_free(pointer) }
}

enum BIOObject: OpenSSLObject {
  static func free(_ pointer: OpaquePointer) { BIO_free_all(pointer) }
}

enum KeyObject: OpenSSLObject {
  static func free(_ pointer: OpaquePointer) { EVP_PKEY_free(pointer) }
}

enum StoreObject: OpenSSLObject {
  static func free(_ pointer: OpaquePointer) { X509_STORE_free(pointer) }
}

enum StoreContextObject: OpenSSLObject {
  static func free(_ pointer: OpaquePointer) { X509_STORE_CTX_free(pointer) }
}

enum CertificateStackObject: OpenSSLObject {
  static func free(_ pointer: OpaquePointer) { pouch_sk_x509_free(pointer) }
}

enum GeneralNamesObject: OpenSSLObject {
  static func free(_ pointer: OpaquePointer) { pouch_general_names_free(pointer) }
}

enum BigNumberObject: OpenSSLObject {
  static func free(_ pointer: OpaquePointer) { BN_free(pointer) }
}

enum ExtensionObject: OpenSSLObject {
  static func free(_ pointer: OpaquePointer) { X509_EXTENSION_free(pointer) }
}
