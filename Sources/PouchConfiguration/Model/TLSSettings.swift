/// How `tls://` endpoints prove who they are, and whom they trust. Paths are resolved.
public struct TLSSettings: Sendable, Hashable {
  /// Which protocol versions and algorithms are used; a name never changes its meaning.
  public enum Policy: String, Sendable, CaseIterable {
    /// TLS 1.3 alone.
    case modern
    /// Also TLS 1.2, for peers of 2026 that cannot do better.
    case compatible2026 = "compatible-2026"
  }

  /// Whether a listener demands a certificate of those who connect.
  public enum PeerCertificate: String, Sendable, CaseIterable {
    case required, none
  }

  /// PEM file of the certificate authorities that vouch for the peer.
  public var trust: String?
  /// PEM file of this end's certificate chain, its own certificate first.
  public var certificate: String?
  /// PEM file of the private key of `certificate`.
  public var key: String?
  public var policy: Policy
  /// The name that the peer's certificate must have, when it is not the endpoint's host.
  public var serverName: String?
  public var peerCertificate: PeerCertificate
  /// Names of which the peer's certificate must have one; any name of a trusted authority when
  /// empty.
  public var allow: [String]
}
