internal import COpenSSL
internal import PouchCore

/// This side's certificate, what links it to its authority, and its private key.
struct OwnCredentials: ~Copyable {
  let chain: [Certificate]
  let key: PrivateKey
  private let path: String

  /// This side's certificate itself.
  var certificate: Certificate { chain[0] }

  /// Reads both files, and sees that they belong together and that TLS can use them.
  init(certificate path: String, key keyPath: String) throws(CredentialFault) {
    try OwnCredentials.checkSwap(path, keyPath)
    let chain: [Certificate]
    do throws(PouchError) {
      chain = try Certificate.read(path)
    } catch {
      throw CredentialFault(error, .certificate)
    }
    let key = try OwnCredentials.readKey(keyPath)
    let pointer = key.key.pointer
    let place = chain.firstIndex { X509_check_private_key($0.pointer, pointer) == 1 }
    ERR_clear_error()
    guard let place else {
      throw CredentialFault(
        PouchError(
          .security, "private key '\(keyPath)' does not belong to certificate '\(path)'",
          hint: "name a certificate and the key that it was made with"), .certificate, .key)
    }
    guard place == 0 else {
      throw OwnCredentials.disorder(
        path, "the key is that of certificate \(place + 1), which has to come first")
    }
    if let objection = chain[0].keyObjection {
      throw CredentialFault(
        PouchError(
          .configuration, "certificate file '\(path)' cannot be used: \(objection)",
          hint: Certificate.usableKeys), .certificate)
    }
    self.path = path
    self.chain = chain
    self.key = key
  }

  private static func readKey(_ path: String) throws(CredentialFault) -> PrivateKey {
    do throws(PouchError) {
      return try PrivateKey(path)
    } catch {
      throw CredentialFault(error, .key)
    }
  }

  /// A key where the certificate should be and the reverse: whatever else is wrong with either, such
  /// as that others can read it, is no fault of the right one.
  private static func checkSwap(_ path: String, _ keyPath: String) throws(CredentialFault) {
    guard let one = contents(path), let other = contents(keyPath),
      one.keys > 0, one.certificates == 0, other.certificates > 0, other.keys == 0
    else { return }
    throw CredentialFault(
      PouchError(
        .configuration,
        "the certificate and the private key are swapped: '\(path)' holds the key, and "
          + "'\(keyPath)' the certificate", hint: "exchange the two"), .certificate, .key)
  }

  private static func contents(_ path: String) -> CredentialContents? {
    (try? CredentialFile(path, role: ""))?.contents
  }

  static func disorder(_ path: String, _ reason: String) -> CredentialFault {
    CredentialFault(
      PouchError(
        .configuration, "certificate file '\(path)' is in the wrong order: \(reason)",
        hint: "put this side's certificate first, then the one that signed it, and so on"),
      .certificate)
  }

  /// What a peer will find wrong with the certificates at a moment.
  ///
  /// - Parameter role: The side that they are to prove.
  func faults(for role: TLSRole, at now: Timestamp) -> [CredentialFault] {
    if let reason = Certificate.disorder(in: chain) {
      return [OwnCredentials.disorder(path, reason)]
    }
    var faults: [CredentialFault] = []
    for (index, certificate) in chain.enumerated() {
      guard let reason = certificate.validityFault(at: now) else { continue }
      let which = index == 0 ? "" : "certificate \(index + 1) (\(certificate.subject)) of it "
      faults.append(
        CredentialFault(
          PouchError(
            .security, "certificate file '\(path)': \(which)\(reason)",
            hint: certificate.validityHint(at: now)), .certificate))
    }
    let own = certificate
    let purpose = role == .server ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT
    if X509_check_purpose(own.pointer, purpose, 0) != 1 {
      let side = role == .server ? "listens" : "connects"
      let uses = own.extendedKeyUsage.joined(separator: ", ")
      faults.append(
        CredentialFault(
          PouchError(
            .security,
            "certificate file '\(path)' cannot prove the side that \(side)"
              + (uses.isEmpty ? "" : ": it is for \(uses)"),
            hint: "get one for \(role == .server ? "serverAuth" : "clientAuth")"), .certificate))
    } else if let objection = own.usageObjection {
      faults.append(
        CredentialFault(
          PouchError(
            .security, "certificate file '\(path)' would be refused: \(objection)",
            hint: Certificate.usableUsage), .certificate))
    }
    if role == .server, own.names.isEmpty {
      faults.append(
        CredentialFault(
          PouchError(
            .security,
            "certificate file '\(path)' has no DNS, IP or URI name, and its common name is not an "
              + "identity: no peer will accept it",
            hint: "get one with the name that peers connect to"), .certificate))
    }
    ERR_clear_error()
    return faults
  }
}
