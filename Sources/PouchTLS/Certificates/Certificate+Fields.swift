internal import COpenSSL

extension Certificate {
  /// The serial number in lower-case hexadecimal.
  package var serialNumber: String {
    guard let serial = X509_get0_serialNumber(pointer) else { return "" }
    return hexadecimal(serial.pointee.contents)
  }

  /// The SHA-256 digest of the certificate, in pairs of digits.
  package var fingerprint: String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    guard X509_digest(pointer, EVP_sha256(), &digest, &length) == 1 else { return "" }
    return hexadecimal(digest.prefix(Int(length)), separator: ":")
  }

  /// The distinguished name of its holder, such as `CN=receiver` (RFC 2253, control characters
  /// and everything that is not ASCII escaped).
  package var subject: String { Certificate.text(X509_get_subject_name(pointer)) }

  /// The distinguished name of whoever signed it.
  package var issuer: String { Certificate.text(X509_get_issuer_name(pointer)) }

  /// From when it is valid; nil when the field is damaged.
  package var notBefore: Timestamp? { Timestamp(X509_get0_notBefore(pointer)) }

  /// Until when it is valid.
  package var notAfter: Timestamp? { Timestamp(X509_get0_notAfter(pointer)) }

  /// Whether it may sign others.
  package var isAuthority: Bool { X509_check_ca(pointer) == 1 }

  /// The kind of its key, such as `EC prime256v1` or `RSA 2048`.
  package var keyKind: String {
    guard let key = X509_get0_pubkey(pointer) else { return "unknown" }
    var group = [CChar](repeating: 0, count: 64)
    var length = 0
    let kind = EVP_PKEY_get0_type_name(key).map { String(cString: $0) } ?? "unknown"
    if EVP_PKEY_get_group_name(key, &group, group.count, &length) == 1 {
      let name = group.prefix(length).map { UInt8(bitPattern: $0) }
      return "\(kind) \(String(decoding: name, as: UTF8.self))"
    }
    ERR_clear_error()
    return "\(kind) \(EVP_PKEY_get_bits(key))"
  }

  /// What its key may be used for; empty when it does not say.
  package var keyUsage: [String] {
    let flags = X509_get_key_usage(pointer)
    if flags == UInt32.max { return [] }
    let usages: [(Int32, String)] = [
      (KU_DIGITAL_SIGNATURE, "digitalSignature"), (KU_NON_REPUDIATION, "nonRepudiation"),
      (KU_KEY_ENCIPHERMENT, "keyEncipherment"), (KU_DATA_ENCIPHERMENT, "dataEncipherment"),
      (KU_KEY_AGREEMENT, "keyAgreement"), (KU_KEY_CERT_SIGN, "keyCertSign"),
      (KU_CRL_SIGN, "cRLSign"),
    ]
    return usages.filter { flags & UInt32($0.0) != 0 }.map(\.1)
  }

  /// What it may prove, such as `serverAuth`; empty when it does not say, and so may all.
  package var extendedKeyUsage: [String] {
    guard let found = X509_get_ext_d2i(pointer, NID_ext_key_usage, nil, nil) else {
      ERR_clear_error()
      return []
    }
    let stack = OpaquePointer(found)
    defer { pouch_sk_asn1_object_free(stack) }
    return (0..<max(0, pouch_sk_asn1_object_num(stack))).map { index in
      let object = pouch_sk_asn1_object_value(stack, index)
      if let name = OBJ_nid2sn(OBJ_obj2nid(object)), OBJ_obj2nid(object) != NID_undef {
        return String(cString: name)
      }
      var text = [CChar](repeating: 0, count: 128)
      let length = OBJ_obj2txt(&text, Int32(text.count), object, 1)
      let visible = text.prefix(max(0, min(Int(length), text.count - 1)))
      return String(decoding: visible.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  private static func text(_ name: OpaquePointer?) -> String {
    let flags = pouch_xn_flag_rfc2253()
    let bytes = try? collect { X509_NAME_print_ex($0, name, 0, flags) >= 0 }
    return String(decoding: bytes ?? [], as: UTF8.self)
  }
}
