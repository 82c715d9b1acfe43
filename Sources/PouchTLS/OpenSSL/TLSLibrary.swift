internal import COpenSSL

/// The OpenSSL that this process runs with, which need not be the one it was built with.
package enum TLSLibrary {
  /// Such as `OpenSSL 3.0.19 27 Jan 2026`.
  package static var version: String { String(cString: OpenSSL_version(OPENSSL_VERSION)) }

  /// OpenSSL 3.0.22, as `OpenSSL_version_num` writes it: 0xMNN00PP0.
  private static let oldestAdvised: UInt = 0x3000_0160

  /// Whether it is older than 3.0.22. Before 3.0.21, half-open handshakes make memory grow.
  package static var isOutdated: Bool { isOutdated(OpenSSL_version_num()) }

  package static func isOutdated(_ number: UInt) -> Bool { number < oldestAdvised }

  /// What to tell whoever starts a program, or nothing.
  package static var warning: String? {
    guard isOutdated else { return nil }
    return "\(version) is older than 3.0.22: half-open TLS handshakes can make memory grow; "
      + "update the system's libssl3"
  }
}
