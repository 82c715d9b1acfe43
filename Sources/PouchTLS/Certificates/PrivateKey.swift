internal import COpenSSL
package import PouchCore

/// A private key.
package struct PrivateKey: ~Copyable {
  let key: Owned<KeyObject>

  /// Makes a key on a curve.
  package init(curve: String = "P-256") throws(PouchError) {
    key = try Owned(pouch_evp_ec_gen(curve), "make a key on \(curve)")
  }

  /// Whether there can be a private key in a file; nil when it cannot be read.
  package static func mayBe(in path: String) -> Bool? {
    guard let file = try? CredentialFile(path, role: "private key") else { return nil }
    return file.contents.mayHoldKey
  }

  /// Reads a PEM file that nobody but its owner may use.
  ///
  /// - Throws: `.inputMissing` when it cannot be read, `.security` when group or others have any
  ///   permission, `.configuration` when it holds no key, several, or an encrypted one.
  package init(_ path: String) throws(PouchError) {
    let file = try CredentialFile(path, role: "private key", isSecret: true)
    let contents = file.contents
    guard contents.form == .text, contents.keys > 0 else {
      throw contents.lacks(.key, "private key", path)
    }
    guard contents.keys == 1 else {
      throw PouchError(
        .configuration, "private key '\(path)' holds \(contents.keys) private keys",
        hint: "leave the certificate's own alone in it")
    }
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
        .configuration, "private key '\(path)' is damaged", cause: errors.text)
    }
  }
}
