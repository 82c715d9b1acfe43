internal import COpenSSL
internal import PouchCore

/// What a certificate is to say.
package struct CertificateTemplate: Sendable {
  /// What the holder may do with it.
  package struct Usage: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Prove a server's identity.
    package static let server = Usage(rawValue: 1)
    /// Prove a client's identity.
    package static let client = Usage(rawValue: 2)
  }

  /// The common name, for people to read; nobody's identity.
  package var commonName: String
  /// The names that it proves.
  package var names: [CertificateName]
  package var usage: Usage
  /// What the key of one that is no authority may do, in OpenSSL's words; empty to leave it open.
  package var keyUsage = ["digitalSignature"]
  /// It may sign others.
  package var isAuthority: Bool
  /// From when to when it is valid, in seconds since 1970.
  package var validity: ClosedRange<Int64>

  package init(
    commonName: String, names: [CertificateName] = [], usage: Usage = [.server, .client],
    isAuthority: Bool = false, validity: ClosedRange<Int64>
  ) {
    self.commonName = commonName
    self.names = names
    self.usage = usage
    self.isAuthority = isAuthority
    self.validity = validity
  }

  // MARK: Making it

  /// Makes the certificate of `key`, signed by `signer`.
  ///
  /// - Parameter issuer: The signer's certificate; nil when the certificate signs itself.
  borrowing func make(
    for key: borrowing PrivateKey, issuer: Certificate?, signer: borrowing PrivateKey
  ) throws(PouchError) -> Certificate {
    ERR_clear_error()
    guard let pointer = X509_new() else { throw .openSSL("make a certificate") }
    let certificate = Certificate(owning: pointer)
    guard X509_set_version(pointer, Int(X509_VERSION_3)) == 1,
      X509_set_pubkey(pointer, key.key.pointer) == 1
    else { throw .openSSL("make a certificate") }
    try setSerial(pointer)
    try setTimes(pointer)
    try setNames(pointer, issuer)
    try setExtensions(pointer, issuer)
    // The digest is also what makes a P-256 signature: ecdsa-with-SHA256.
    guard X509_sign(pointer, signer.key.pointer, EVP_sha256()) > 0 else {
      throw .openSSL("sign a certificate")
    }
    return certificate
  }

  private func setSerial(_ pointer: OpaquePointer) throws(PouchError) {
    let number = try Owned<BigNumberObject>(BN_new(), "make a serial number")
    // 128 random bits, the top one set, so that the number is never short.
    guard BN_rand(number.pointer, 128, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1,
      BN_to_ASN1_INTEGER(number.pointer, X509_get_serialNumber(pointer)) != nil
    else { throw .openSSL("make a serial number") }
  }

  private func setTimes(_ pointer: OpaquePointer) throws(PouchError) {
    guard ASN1_TIME_set(X509_getm_notBefore(pointer), Int(validity.lowerBound)) != nil,
      ASN1_TIME_set(X509_getm_notAfter(pointer), Int(validity.upperBound)) != nil
    else { throw .openSSL("date a certificate") }
  }

  private func setNames(
    _ pointer: OpaquePointer, _ issuer: Certificate?
  ) throws(PouchError) {
    guard let subject = X509_get_subject_name(pointer) else { throw .openSSL("name a certificate") }
    let text = Array(commonName.utf8)
    guard
      X509_NAME_add_entry_by_txt(
        subject, "CN", MBSTRING_UTF8, text, Int32(text.count), -1, 0) == 1
    else { throw .openSSL("give a certificate the common name '\(commonName)'") }
    let issuerName = issuer.map { X509_get_subject_name($0.pointer) } ?? subject
    guard X509_set_issuer_name(pointer, issuerName) == 1 else {
      throw .openSSL("name a certificate's issuer")
    }
  }

  private func setExtensions(
    _ pointer: OpaquePointer, _ issuer: Certificate?
  ) throws(PouchError) {
    // The authority signs leaves and nothing in between.
    var extensions: [(id: Int32, value: String)] = [
      (NID_basic_constraints, isAuthority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE"),
      (NID_subject_key_identifier, "hash"),
    ]
    let allowed = isAuthority ? ["keyCertSign", "cRLSign"] : keyUsage
    if !allowed.isEmpty {
      extensions.append((NID_key_usage, (["critical"] + allowed).joined(separator: ",")))
    }
    if issuer != nil { extensions.append((NID_authority_key_identifier, "keyid:always")) }
    var purposes: [String] = []
    if usage.contains(.server) { purposes.append("serverAuth") }
    if usage.contains(.client) { purposes.append("clientAuth") }
    if !isAuthority, !purposes.isEmpty {
      extensions.append((NID_ext_key_usage, purposes.joined(separator: ",")))
    }
    var context = X509V3_CTX()
    pouch_x509v3_set_ctx_nodb(&context)
    X509V3_set_ctx(&context, issuer?.pointer ?? pointer, pointer, nil, nil, 0)
    for (id, value) in extensions {
      let made = try Owned<ExtensionObject>(
        X509V3_EXT_conf_nid(nil, &context, id, value), "make the extension '\(value)'")
      guard X509_add_ext(pointer, made.pointer, -1) == 1 else {
        throw .openSSL("add the extension '\(value)'")
      }
    }
    try addAlternativeNames(pointer)
  }

  private func addAlternativeNames(_ pointer: OpaquePointer) throws(PouchError) {
    if names.isEmpty { return }
    let stack = try Owned<GeneralNamesObject>(pouch_sk_general_name_new(), "make a list of names")
    for name in names {
      guard let general = GENERAL_NAME_new() else { throw .openSSL("make a name") }
      guard name.fill(general), pouch_sk_general_name_push(stack.pointer, general) > 0 else {
        GENERAL_NAME_free(general)
        throw .openSSL("make the name '\(name)'")
      }
    }
    guard
      X509_add1_ext_i2d(
        pointer, NID_subject_alt_name, UnsafeMutableRawPointer(stack.pointer), 0, 0) == 1
    else { throw .openSSL("add alternative names") }
  }
}

extension CertificateName {
  /// Makes `general`, which is empty, say this name.
  fileprivate func fill(_ general: UnsafeMutablePointer<GENERAL_NAME>) -> Bool {
    let string = kind == .ip ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new()
    guard let string else { return false }
    guard ASN1_STRING_set(string, bytes, Int32(bytes.count)) == 1 else {
      ASN1_STRING_free(string)
      return false
    }
    let type: Int32
    switch kind {
    case .dns: type = GEN_DNS
    case .ip: type = GEN_IPADD
    case .uri: type = GEN_URI
    }
    GENERAL_NAME_set0_value(general, type, string)
    return true
  }
}
