internal import COpenSSL
internal import PouchCore

/// The name that a client demands of its server.
enum ExpectedName {
  case host(String)
  case address(String)
  case uri(CertificateName)

  /// - Throws: `.configuration` for a name that would make OpenSSL check less than it says, or
  ///   nothing: an empty name switches the check off, and one with a leading dot accepts every
  ///   name below it.
  init(_ text: String) throws(PouchError) {
    var host = text
    if host.count > 1, host.hasSuffix(".") { host.removeLast() }
    guard !host.isEmpty else {
      throw PouchError(
        .configuration, "the name that the server must have is empty",
        hint: "name the host in the endpoint, or set the server name")
    }
    guard !host.hasPrefix("."), !host.contains("*"),
      host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else {
      throw PouchError(.configuration, "'\(text)' is not a name that a server can have")
    }
    // The zone of a link-local address is this host's business: fe80::1%eth0.
    let address = String(host.prefix { $0 != "%" })
    if CertificateName.address(address) != nil {
      self = .address(address)
    } else if host.contains("://") {
      self = .uri(CertificateName(unchecked: .uri, Array(host.utf8)))
    } else {
      self = .host(host)
    }
  }

  var uri: CertificateName? {
    if case .uri(let name) = self { name } else { nil }
  }

  /// Makes `ssl` demand this name.
  func demand(of ssl: OpaquePointer) throws(PouchError) {
    SSL_set_hostflags(
      ssl,
      UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS) | UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT))
    switch self {
    case .host(let name):
      guard pouch_ssl_set_tlsext_host_name(ssl, name) == 1, SSL_set1_host(ssl, name) == 1 else {
        throw .openSSL("demand the name '\(name)'")
      }
    case .address(let text):
      guard X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), text) == 1 else {
        throw .openSSL("demand the address '\(text)'")
      }
    case .uri: break  // PeerChecks compares it.
    }
  }
}

extension ExpectedName: CustomStringConvertible {
  var description: String {
    switch self {
    case .host(let text), .address(let text): text
    case .uri(let name): "\(name)"
    }
  }
}
