internal import COpenSSL
package import PouchCore

extension Certificate {
  /// The PEM form.
  package func pem() throws(PouchError) -> [UInt8] {
    try collect { PEM_write_bio_X509($0, pointer) == 1 }
  }
}

extension PrivateKey {
  /// The PEM form, as PKCS #8, without a passphrase.
  package borrowing func pem() throws(PouchError) -> [UInt8] {
    let pointer = key.pointer
    return try collect { PEM_write_bio_PKCS8PrivateKey($0, pointer, nil, nil, 0, nil, nil) == 1 }
  }
}

/// What `write` puts into a BIO.
func collect(_ write: (OpaquePointer) -> Bool) throws(PouchError) -> [UInt8] {
  ERR_clear_error()
  // Memory of the secure kind is wiped when it is freed.
  let bio = try Owned<BIOObject>(BIO_new(BIO_s_secmem()), "write to memory")
  guard write(bio.pointer) else { throw .openSSL("write in PEM form") }
  var start: UnsafeMutablePointer<CChar>?
  let count = pouch_bio_get_mem_data(bio.pointer, &start)
  guard let start, count > 0 else { return [] }
  return Array(UnsafeRawBufferPointer(start: start, count: count))
}
