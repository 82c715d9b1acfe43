internal import CPouchSystem
internal import Glibc
public import PouchCore

extension UnixTransport {
  /// Listens at a path or an abstract name.
  ///
  /// A socket file is made with mode 0600 from its first moment. One that is there already is
  /// replaced only when it is a socket and a connect to it is refused; the file is removed when
  /// the listener is closed, if it is still the same one.
  ///
  /// - Throws: `.configuration` with a hint when the name is in use or the file cannot be made.
  public func listen(on endpoint: Endpoint) async throws(PouchError) -> SocketListener {
    let address = try UnixTransport.address(of: endpoint)
    let reactor = try Reactor.given(reactor)
    let file: SocketFile?
    let descriptor: Int32
    if case .path(let path) = endpoint.address {
      // Files may be slow, and the directory's lock may be taken.
      (descriptor, file) = try await BlockingPool.shared.run { () throws(PouchError) in
        try SocketFile.listen(at: path, address, endpoint)
      }
    } else {
      file = nil
      descriptor = try UnixTransport.listenAtName(address, endpoint)
    }

    let socket: Socket
    do throws(PouchError) {
      socket = try Socket(adopting: descriptor, loop: reactor.next())
    } catch {
      file?.remove()
      throw error.at(endpoint: endpoint)
    }
    return SocketListener(
      socket, at: endpoint, reactor: reactor,
      admit: { descriptor, _ in
        guard let credentials = UnixTransport.credentials(descriptor),
          admits(credentials, at: endpoint)
        else { return nil }
        UnixTransport.enlargeSendBuffer(descriptor)
        return PeerIdentity(address: endpoint.description, credentials: credentials)
      },
      onClose: { file?.remove() })
  }

  private static func listenAtName(
    _ address: SocketAddress, _ endpoint: Endpoint
  ) throws(PouchError) -> Int32 {
    let descriptor = address.withRaw { pouch_socket($0) }
    guard descriptor >= 0 else { throw SocketFile.error(-descriptor, endpoint) }
    let result = address.withRaw { address in
      let result = pouch_bind(descriptor, address)
      return result < 0 ? result : pouch_listen(descriptor, TCPTransport.backlog)
    }
    guard result >= 0 else {
      _ = pouch_close(descriptor)
      throw SocketFile.error(-result, endpoint)
    }
    return descriptor
  }
}
