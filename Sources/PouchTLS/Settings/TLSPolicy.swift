/// Which protocol versions and algorithms are acceptable: a name whose meaning never changes.
///
/// A later policy gets a name of its own. OpenSSL 3.0 has no post-quantum groups; the group that a
/// connection negotiated is in `PeerIdentity.Security`.
public struct TLSPolicy: Sendable, Hashable, CustomStringConvertible {
  private enum Kind: String, CaseIterable {
    case modern
    case compatible2026 = "compatible-2026"
  }

  private let kind: Kind
  private init(_ kind: Kind) { self.kind = kind }

  /// TLS 1.3 alone.
  public static let modern = TLSPolicy(.modern)

  /// TLS 1.3, and TLS 1.2 with ephemeral keys and authenticated encryption.
  ///
  /// Under TLS 1.2 keys cannot be changed on an open connection, and names of certificates travel
  /// in the clear.
  public static let compatible2026 = TLSPolicy(.compatible2026)

  /// Every policy, by name.
  public static var all: [TLSPolicy] { Kind.allCases.map { TLSPolicy($0) } }

  /// The policy called `name`, such as `modern`; nil when there is none.
  public init?(name: String) {
    guard let kind = Kind(rawValue: name) else { return nil }
    self.kind = kind
  }

  /// The name that configuration files use.
  public var name: String { kind.rawValue }

  public var description: String { name }

  // MARK: What it means

  /// TLS 1.3 suites, the server's favourite first.
  package var suites: String {
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
  }

  /// TLS 1.2 suites; nil where TLS 1.2 is refused.
  var olderSuites: String? {
    switch kind {
    case .modern: nil
    case .compatible2026:
      "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
        + "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
        + "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
    }
  }

  package var groups: String { "X25519:P-256:P-384" }
}
