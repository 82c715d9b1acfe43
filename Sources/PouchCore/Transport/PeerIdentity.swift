/// Who is at the other end of a stream, as far as its transport can prove it.
public struct PeerIdentity: Sendable, Hashable {
  /// The credentials that the kernel vouches for on a Unix socket (SO_PEERCRED).
  public struct Credentials: Sendable, Hashable {
    public var processID: Int32
    public var userID: UInt32
    public var groupID: UInt32

    public init(processID: Int32, userID: UInt32, groupID: UInt32) {
      self.processID = processID
      self.userID = userID
      self.groupID = groupID
    }
  }

  /// What a TLS handshake agreed on, and the certificate that it verified.
  public struct Security: Sendable, Hashable {
    /// The protocol version, such as `TLSv1.3`.
    public var version: String
    /// The cipher suite, such as `TLS_AES_256_GCM_SHA384`.
    public var cipher: String
    /// The key exchange group, such as `X25519`.
    public var group: String
    /// The application protocol that ALPN chose.
    public var applicationProtocol: String
    /// The serial number of the peer's certificate in hexadecimal; empty without one.
    public var serialNumber: String

    public init(
      version: String, cipher: String, group: String, applicationProtocol: String,
      serialNumber: String
    ) {
      self.version = version
      self.cipher = cipher
      self.group = group
      self.applicationProtocol = applicationProtocol
      self.serialNumber = serialNumber
    }
  }

  /// The address that the stream comes from or goes to, for people to read.
  public var address: String
  /// The names that the peer has proven: the DNS, IP and URI names of its verified certificate.
  public var names: [String]
  /// The peer's process, over a Unix socket.
  public var credentials: Credentials?
  /// What TLS agreed on, over TLS.
  public var security: Security?

  public init(
    address: String, names: [String] = [], credentials: Credentials? = nil,
    security: Security? = nil
  ) {
    self.address = address
    self.names = names
    self.credentials = credentials
    self.security = security
  }
}

extension PeerIdentity: CustomStringConvertible {
  /// The proven name where there is one, and the address.
  public var description: String {
    if let name = names.first { return "\(name) (\(address))" }
    if let credentials {
      return "\(address) (uid \(credentials.userID), pid \(credentials.processID))"
    }
    return address
  }
}
