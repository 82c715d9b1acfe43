internal import COpenSSL
internal import PouchCore

/// What the bytes of a credential file are, so that an error can say it.
struct CredentialContents {
  /// How the bytes are written.
  enum Form { case text, der, pkcs12 }

  private(set) var form = Form.text
  private(set) var certificates = 0
  private(set) var keys = 0
  /// What else stands in PEM form there, such as a certificate request.
  private(set) var others: [String] = []

  /// - Parameter bytes: Those of the file, without a byte order mark.
  init(_ bytes: UnsafeRawBufferPointer) {
    if bytes.first == 0x30 {
      readBinary(bytes)
    } else {
      readText(bytes)
    }
  }

  /// Whether a private key can be among it, as far as can be told.
  var mayHoldKey: Bool { keys > 0 || certificates == 0 }

  private mutating func readText(_ bytes: UnsafeRawBufferPointer) {
    let (opening, closing) = (Array("-----BEGIN ".utf8), Array("-----".utf8))
    for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D })
    where line.starts(with: opening) {
      let rest = line.dropFirst(opening.count)
      guard let end = rest.firstIndex(of: closing[0]), rest[end...].starts(with: closing) else {
        continue
      }
      let label = String(decoding: rest[..<end], as: UTF8.self)
      if label.hasSuffix("PRIVATE KEY") {
        keys += 1
      } else if ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"].contains(label) {
        certificates += 1
      } else if !label.hasSuffix("PARAMETERS") {
        others.append(label.lowercased())
      }
    }
  }

  private mutating func readBinary(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
    defer { ERR_clear_error() }
    var position: UnsafePointer<UInt8>? = start
    if let certificate = d2i_X509(nil, &position, bytes.count) {
      X509_free(certificate)
      (form, certificates) = (.der, 1)
      return
    }
    position = start
    if let key = d2i_AutoPrivateKey(nil, &position, bytes.count) {
      EVP_PKEY_free(key)
      (form, keys) = (.der, 1)
      return
    }
    position = start
    if let bag = d2i_PKCS12(nil, &position, bytes.count) {
      PKCS12_free(bag)
      form = .pkcs12
    }
  }

  // MARK: In words

  /// Why there is no `wanted` in PEM form in the file at `path`.
  func lacks(_ wanted: Wanted, _ role: String, _ path: String) -> PouchError {
    let file = "\(role) '\(path)'"
    switch form {
    case .pkcs12:
      return PouchError(
        .configuration, "\(file) is a PKCS #12 bundle, and not in PEM form",
        hint: "run: openssl pkcs12 -nodes -in \(path) -out \(path).pem")
    case .der where certificates > 0 || keys > 0:
      return PouchError(
        .configuration, "\(file) is in DER form, and not in PEM form",
        hint: "run: openssl \(keys > 0 ? "pkey" : "x509") -inform DER -in \(path) -out \(path).pem")
    case .text, .der: break
    }
    let found =
      switch wanted {
      case .certificate where keys > 0: "a private key"
      case .key where certificates > 0: "a certificate"
      default: others.first.map { "a \($0)" }
      }
    guard let found else {
      return PouchError(
        .configuration, "\(file) holds no \(wanted.rawValue) in PEM form",
        hint: "it begins with -----BEGIN \(wanted.label)-----")
    }
    return PouchError(
      .configuration, "\(file) holds \(found), and no \(wanted.rawValue)",
      hint: "name the file that begins with -----BEGIN \(wanted.label)-----")
  }

  /// What a file should hold.
  enum Wanted: String {
    case certificate
    case key = "private key"

    var label: String { rawValue.uppercased() }
  }
}
