internal import COpenSSL
package import PouchCore

/// An X.509 certificate.
///
/// `@unchecked Sendable`: the certificate is not changed after it was made, and OpenSSL guards what
/// it caches inside with a lock and counts references atomically.
package final class Certificate: @unchecked Sendable {
  let pointer: OpaquePointer

  /// Takes over `pointer`.
  init(owning pointer: OpaquePointer) {
    self.pointer = pointer
  }

  deinit {
    X509_free(pointer)
  }

  /// Reads every certificate of a PEM file.
  ///
  /// - Throws: `.inputMissing` when the file cannot be read, `.configuration` when it holds no
  ///   certificate or a damaged one.
  package static func read(
    _ path: String, role: String = "certificate file"
  ) throws(PouchError) -> [Certificate] {
    let file = try CredentialFile(path, role: role)
    return try read(file, path, role)
  }

  private static func read(
    _ file: borrowing CredentialFile, _ path: String, _ role: String
  ) throws(PouchError) -> [Certificate] {
    let contents = file.contents
    return try file.withBIO { bio throws(PouchError) in
      var certificates: [Certificate] = []
      ERR_clear_error()
      while let pointer = PEM_read_bio_X509(bio, nil, refusePassphrase, nil) {
        certificates.append(Certificate(owning: pointer))
      }
      // A file ends with "no start line"; anything else is damage.
      let errors = OpenSSLErrors.drain()
      let isEnd = errors.entries.allSatisfy {
        $0.library == ERR_LIB_PEM && $0.reason == PEM_R_NO_START_LINE
      }
      guard isEnd else {
        throw PouchError(
          .configuration, "\(role) '\(path)' holds a damaged certificate", cause: errors.text)
      }
      guard !certificates.isEmpty else {
        throw contents.lacks(.certificate, role, path)
      }
      return certificates
    }
  }

  // MARK: Names

  /// What can be wrong with the names of a certificate.
  enum NameFault: Error {
    case damaged, doubled, empty
    case holdsNUL(CertificateName)
    case notASCII(CertificateName)
    case badAddress
    case severalURIs
  }

  /// The subject alternative names: DNS names, addresses and URIs. Other kinds are passed over.
  package var names: [CertificateName] { (try? readNames(checked: false)) ?? [] }

  /// The same, for certificates of strangers: names that other software could read differently
  /// are errors.
  func checkedNames() throws(NameFault) -> [CertificateName] { try readNames(checked: true) }

  private func readNames(checked: Bool) throws(NameFault) -> [CertificateName] {
    var critical: Int32 = 0
    guard
      let found = X509_get_ext_d2i(pointer, NID_subject_alt_name, &critical, nil)
    else {
      // -1: there is none. -2: there are several. Otherwise it could not be decoded.
      ERR_clear_error()
      if critical == -1 { return [] }
      throw critical == -2 ? .doubled : .damaged
    }
    let stack = Owned<GeneralNamesObject>(owning: OpaquePointer(found))
    var names: [CertificateName] = []
    for index in 0..<max(0, pouch_sk_general_name_num(stack.pointer)) {
      guard let general = pouch_sk_general_name_value(stack.pointer, index) else { continue }
      let kind: CertificateName.Kind
      switch general.pointee.type {
      case GEN_DNS: kind = .dns
      case GEN_URI: kind = .uri
      case GEN_IPADD: kind = .ip
      default: continue
      }
      guard let string = general.pointee.d.ia5 else { throw .damaged }
      let name = CertificateName(unchecked: kind, Array(string.pointee.contents))
      if checked { try Certificate.check(name) }
      names.append(name)
    }
    if checked, names.count(where: { $0.kind == .uri }) > 1 { throw .severalURIs }
    return names
  }

  private static func check(_ name: CertificateName) throws(NameFault) {
    if name.kind == .ip {
      guard name.bytes.count == 4 || name.bytes.count == 16 else { throw .badAddress }
      return
    }
    if name.bytes.isEmpty { throw .empty }
    if name.bytes.contains(0) { throw .holdsNUL(name) }
    guard name.bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .notASCII(name) }
  }
}

extension Certificate.NameFault: CustomStringConvertible {
  var description: String {
    switch self {
    case .damaged: "its alternative names cannot be decoded"
    case .doubled: "it has two lists of alternative names"
    case .empty: "one of its names is empty"
    case .holdsNUL(let name): "its name '\(name)' holds a NUL"
    case .notASCII(let name): "its name '\(name)' is not visible ASCII"
    case .badAddress: "its IP address has neither 4 nor 16 bytes"
    case .severalURIs: "it has more than one URI name"
    }
  }
}

/// The passphrase callback of every read of a PEM file: a program that nobody watches must not ask
/// its terminal. What `asked` points at, a Bool, becomes true.
func refusePassphrase(
  _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32, _ isWriting: Int32,
  _ asked: UnsafeMutableRawPointer?
) -> Int32 {
  asked?.assumingMemoryBound(to: Bool.self).pointee = true
  return -1
}
