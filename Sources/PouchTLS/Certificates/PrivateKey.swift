internal import COpenSSL
package import PouchCore

/// A private key.
package struct PrivateKey: ~Copyable {
  let key: Owned<KeyObject>

  /// Makes a P-256 key.
  package init() throws(PouchError) {
    key = try Owned(pouch_evp_ec_gen("P-256"), "make a P-256 key")
  }

  /// Reads a PEM file that nobody but its owner may use.
  ///
  /// - Throws: `.inputMissing` when it cannot be read, `.security` when group or others have any
  ///   permission, `.configuration` when it holds no key or an encrypted one.
  package init(_ path: String) throws(PouchError) {
    let file = try CredentialFile(path, role: "private key", isSecret: true)
    key = try file.withBIO { bio throws(PouchError) in
      var asked = false
      ERR_clear_error()
      let pointer = PEM_read_bio_PrivateKey(bio, nil, refusePassphrase, &asked)
      let errors = OpenSSLErrors.drain()
      if let pointer { return Owned<KeyObject>(owning: pointer) }
      if asked {
        throw PouchError(
          .configuration, "private key '\(path)' is protected by a passphrase",
          hint: "run: openssl pkey -in \(path) -out \(path).plain")
      }
      throw PouchError(
        .configuration, "'\(path)' holds no private key in PEM form", cause: errors.text)
    }
  }
}
