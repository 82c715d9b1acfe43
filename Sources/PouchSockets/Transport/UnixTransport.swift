internal import CPouchSystem
internal import Glibc
public import PouchCore

/// Streams over Unix sockets, at a path or at an abstract name.
///
/// Who is at the other end is what the kernel says (`peer.credentials`). A socket file belongs to
/// whom it was made by and lets nobody else in (mode 0600), unless its mode is changed later.
/// Abstract names have no mode, and anybody could take one first: there both sides check that the
/// other is the same user or root, unless `allowedUsers` says otherwise.
public struct UnixTransport: Transport {
  /// The user ids that may be at the other end. If it is nil, a path admits whom its file admits,
  /// and an abstract name the process's own user and root.
  public var allowedUsers: Set<UInt32>?

  /// How long `connect` may take: it waits while the listener's backlog is full.
  public var connectTimeout: Duration

  let reactor: Reactor?

  public init(allowedUsers: Set<UInt32>? = nil, connectTimeout: Duration = .seconds(10)) {
    self.init(allowedUsers: allowedUsers, connectTimeout: connectTimeout, reactor: nil)
  }

  /// - Parameter reactor: Whose loops the streams are shared out to; the shared one if it is nil.
  package init(
    allowedUsers: Set<UInt32>? = nil, connectTimeout: Duration = .seconds(10), reactor: Reactor?
  ) {
    self.allowedUsers = allowedUsers
    self.connectTimeout = connectTimeout
    self.reactor = reactor
  }

  func admits(_ credentials: PeerIdentity.Credentials, at endpoint: Endpoint) -> Bool {
    if let allowedUsers { return allowedUsers.contains(credentials.userID) }
    if case .path = endpoint.address { return true }
    return credentials.userID == pouch_effective_user() || credentials.userID == 0
  }

  static func address(of endpoint: Endpoint) throws(PouchError) -> SocketAddress {
    if case .network = endpoint.address {
      throw PouchError(
        .usage, "\(endpoint) is not an endpoint of the unix transport",
        hint: "write unix:///path or unix:@name", endpoint: endpoint)
    }
    return try SocketAddress(endpoint.address)
  }

  /// Linux wakes a writer only when the peer has read three quarters of what its buffer holds: the
  /// larger that is, the fewer times the two sides wait for each other. It takes no memory until
  /// it is used, and the system's limit (net.core.wmem_max) stays in force.
  static func enlargeSendBuffer(_ descriptor: Int32) {
    _ = pouch_socket_send_buffer(descriptor, 512 << 10)
  }

  /// What the kernel says about the process that connected, or that listened.
  static func credentials(_ descriptor: Int32) -> PeerIdentity.Credentials? {
    var credentials = PeerIdentity.Credentials(processID: 0, userID: 0, groupID: 0)
    let result = pouch_peer_credentials(
      descriptor, &credentials.processID, &credentials.userID, &credentials.groupID)
    return result < 0 ? nil : credentials
  }
}
