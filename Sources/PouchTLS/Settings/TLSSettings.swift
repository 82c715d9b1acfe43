/// How one side of TLS proves who it is, and whom it believes.
///
/// Files are read when a `TLSContext` is made from the settings, not before.
public struct TLSSettings: Sendable, Hashable {
  /// The versions and algorithms that are acceptable.
  public var policy: TLSPolicy

  /// The path of a PEM file with the certificates of every authority that is believed. A client
  /// needs one; a server needs one to ask for the client's certificate.
  public var trust: String?

  /// The path of a PEM file with this side's certificate, followed by the intermediate ones.
  public var certificate: String?

  /// The path of a PEM file with the private key of `certificate`, without a passphrase. It must
  /// not be readable, writable or executable by group or others.
  public var key: String?

  /// Whether a server refuses clients without a certificate.
  public var requiresPeerCertificate: Bool

  /// The name that the server's certificate must have, where it is not the host of the endpoint:
  /// a DNS name, an IP address, or a URI such as `spiffe://example.org/receiver`.
  public var serverName: String?

  /// The names of which the peer's certificate must have at least one: DNS names, IP addresses or
  /// URIs, compared whole. Empty: any name that a believed authority signed.
  public var allowedNames: [String]

  /// What is spoken inside: it follows from the framing.
  package var applicationProtocol = ApplicationProtocol.pouch

  /// - Parameters:
  ///   - trust: A PEM file with the authorities that are believed.
  ///   - certificate: A PEM file with this side's certificate chain.
  ///   - key: A PEM file with the certificate's private key.
  ///   - requiresPeerCertificate: Whether a server refuses clients without a certificate.
  ///   - serverName: The server's name, where it is not the host of the endpoint.
  ///   - allowedNames: The names of which the peer must have one; empty for any.
  ///   - policy: The versions and algorithms that are acceptable.
  public init(
    trust: String? = nil, certificate: String? = nil, key: String? = nil,
    requiresPeerCertificate: Bool = true, serverName: String? = nil,
    allowedNames: [String] = [], policy: TLSPolicy = .modern
  ) {
    self.trust = trust
    self.certificate = certificate
    self.key = key
    self.requiresPeerCertificate = requiresPeerCertificate
    self.serverName = serverName
    self.allowedNames = allowedNames
    self.policy = policy
  }

  /// Both sides have a certificate and check the other's. This is the usual way.
  ///
  /// ```swift
  /// let tls = TLSSettings.mutual(trust: "ca.pem", certificate: "me.pem", key: "me.key")
  /// ```
  public static func mutual(trust: String, certificate: String, key: String) -> TLSSettings {
    TLSSettings(trust: trust, certificate: certificate, key: key)
  }
}
