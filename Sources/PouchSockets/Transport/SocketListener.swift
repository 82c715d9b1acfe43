internal import CPouchSystem
internal import Glibc
public import PouchCore
internal import Synchronization

/// Accepts the connections of a TCP or Unix socket. One task accepts at a time.
///
/// When the process or the system has no descriptor left, connections wait in the backlog, and
/// are accepted as descriptors are closed. The last descriptor is never taken: a connection is
/// accepted only while there is a spare one, so that those who are served can still open what they
/// need to finish.
public final class SocketListener: StreamListener {
  /// Says who a new connection comes from; nil turns it away.
  typealias Admission = @Sendable (_ descriptor: Int32, _ peer: SocketAddress) -> PeerIdentity?

  /// How long a shortage lasts at most without a look whether it is over: other parts of the
  /// process close descriptors too, and do not say so.
  private static let longestBackOff = Duration.milliseconds(100)

  public let endpoint: Endpoint
  private let socket: Socket
  private let reactor: Reactor
  private let isClosing = Atomic<Bool>(false)
  private let admit: Admission
  private let onClose: @Sendable () -> Void

  init(
    _ socket: Socket, at endpoint: Endpoint, reactor: Reactor, admit: @escaping Admission,
    onClose: @escaping @Sendable () -> Void = {}
  ) {
    self.socket = socket
    self.endpoint = endpoint
    self.reactor = reactor
    self.admit = admit
    self.onClose = onClose
  }

  deinit {
    close()
  }

  /// The event loop that the listening socket belongs to.
  package var loop: EventLoop { socket.loop }

  public func accept() async throws(PouchError) -> SocketStream {
    await socket.loop.beginOperation()
    do throws(PouchError) {
      while true {
        switch try acceptNow() {
        case .accepted(let stream):
          DescriptorShortage.end(socket)
          return stream
        case .nobody:
          try await socket.waitToRead().check("accept")
        case .noDescriptor:
          try await waitForDescriptor()
        }
      }
    } catch {
      DescriptorShortage.end(socket)
      throw error
    }
  }

  public func close() {
    guard !isClosing.exchange(true, ordering: .relaxed) else { return }
    onClose()
    socket.close()
    DescriptorShortage.end(socket)
  }

  private enum Attempt {
    case accepted(SocketStream)
    case nobody
    case noDescriptor
  }

  private func acceptNow() throws(PouchError) -> Attempt {
    while true {
      var peer = SocketAddress()
      let result = try socket.withDescriptor { descriptor in
        // Held while the connection takes its own, and then left to whoever needs one.
        let spare = pouch_duplicate(descriptor)
        guard spare >= 0 else { return spare }
        defer { _ = pouch_close(spare) }
        return peer.withMutableRaw { pouch_accept(descriptor, $0) }
      }
      switch result {
      case 0...:
        guard let identity = admit(result, peer) else {
          _ = pouch_close(result)
          continue
        }
        // Watching it can fail for want of memory alone; the connection is closed then.
        guard let accepted = try? Socket(adopting: result, loop: reactor.next()) else {
          return .noDescriptor
        }
        return .accepted(SocketStream(accepted, peer: identity))
      case -EAGAIN: return .nobody
      case -EMFILE, -ENFILE, -ENOBUFS, -ENOMEM: return .noDescriptor
      case -ECONNABORTED, -EPERM, -EPROTO, -ENOPROTOOPT, -EHOSTDOWN, -ENONET, -EHOSTUNREACH,
        -EOPNOTSUPP, -ENETDOWN, -ENETUNREACH, -ETIMEDOUT:
        // What has befallen a connection in the backlog; the next one may be well (accept(2)).
        continue
      default:
        throw .system(.internal, "the listener is broken", errno: -result, endpoint: endpoint)
      }
    }
  }

  private func waitForDescriptor() async throws(PouchError) {
    // Once it is on the list, a second attempt sees what was closed before it was.
    if DescriptorShortage.begin(socket) { return }
    switch await socket.waitToRead(until: .now + SocketListener.longestBackOff) {
    case .timedOut: return
    case let outcome: try outcome.check("accept")
    }
  }
}
