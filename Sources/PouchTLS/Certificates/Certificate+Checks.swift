internal import COpenSSL

/// What a peer would object to.
extension Certificate {
  static let usableKeys =
    "make one with a key on P-256, P-384 or P-521, Ed25519, Ed448, or RSA of 2,048 bits or more"

  /// Why TLS 1.3 cannot use the key of a certificate that proves a side; nil when it can. (RFC 8446,
  /// section 4.2.3.)
  package var keyObjection: String? {
    guard let key = X509_get0_pubkey(pointer),
      let type = EVP_PKEY_get0_type_name(key).map({ String(cString: $0) })
    else { return "its key is of a kind that OpenSSL does not know" }
    defer { ERR_clear_error() }
    switch type {
    case "RSA", "RSA-PSS":
      let bits = EVP_PKEY_get_bits(key)
      return bits < 2048 ? "its RSA key has \(bits) bits" : nil
    case "ED25519", "ED448": return nil
    case "EC":
      var isExplicit: Int32 = 0
      EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &isExplicit)
      if isExplicit != 0 { return "its key spells its curve out instead of naming it" }
      let curve = keyKind.dropFirst(3)
      let usable = ["prime256v1", "secp384r1", "secp521r1"].contains(String(curve))
      return usable ? nil : "its key is on the curve \(curve), which no version of TLS takes"
    default: return "its key is \(type), which no version of TLS takes"
    }
  }

  static let usableUsage =
    "get one whose key usage has digitalSignature, or that has no key usage extension"

  /// Why its key may not sign a handshake, as the certificate of either side must in TLS 1.3; nil
  /// when it may. Without the extension it may do everything. (RFC 8446, section 4.4.2.2.)
  package var usageObjection: String? {
    if X509_get_key_usage(pointer) & UInt32(KU_DIGITAL_SIGNATURE) != 0 { return nil }
    let uses = keyUsage.isEmpty ? "nothing" : keyUsage.joined(separator: ", ")
    return "its key usage lacks digitalSignature, which TLS 1.3 demands: it is for \(uses)"
  }

  /// Why a peer would not believe its dates at a moment, such as `expired on …`.
  package func validityFault(at now: Timestamp) -> String? {
    guard let notBefore, let notAfter else { return "its dates are damaged" }
    if now < notBefore { return "is not valid before \(notBefore)" }
    return notAfter < now ? "expired on \(notAfter)" : nil
  }

  package func validityHint(at now: Timestamp) -> String {
    if let notBefore, now < notBefore { return "check this machine's clock: run date" }
    return "renew it: pouch-certs create --force makes new ones of an authority of their own"
  }

  /// Whether it names itself as the one that signed it, as an authority at the end of a chain does.
  var isSelfIssued: Bool {
    defer { ERR_clear_error() }
    return X509_check_issued(pointer, pointer) == X509_V_OK
  }

  /// Why certificates are not each followed by the one that signed it; nil when they are.
  package static func disorder(in chain: [Certificate]) -> String? {
    defer { ERR_clear_error() }
    for index in chain.indices.dropFirst() {
      let (own, next) = (chain[index - 1], chain[index])
      if X509_check_issued(next.pointer, own.pointer) == X509_V_OK { continue }
      return "certificate \(index + 1) (\(next.subject)) did not sign certificate \(index) "
        + "(\(own.subject))"
    }
    return nil
  }
}
