internal import CPouchSystem
internal import Glibc
public import PouchCore
internal import Synchronization

/// Accepts the connections of a Unix socket, or of the TCP sockets at every address of a host. One
/// task accepts at a time.
///
/// When the process or the system has no descriptor left, connections wait in the backlog, and
/// are accepted as descriptors are closed. The last descriptor is never taken: a connection is
/// accepted only while there is a spare one, so that those who are served can still open what they
/// need to finish.
public final class SocketListener: StreamListener, ShortageReporting {
  /// Says who a new connection comes from; nil turns it away.
  typealias Admission = @Sendable (_ descriptor: Int32, _ peer: SocketAddress) -> PeerIdentity?

  /// How long a shortage lasts at most without a look whether it is over: other parts of the
  /// process close descriptors too, and do not say so.
  private static let longestBackOff = Duration.milliseconds(100)

  public let endpoint: Endpoint
  public let addresses: [String]
  private let first: Socket
  /// All of them, the first one too; on one loop.
  private let sockets: [Socket]
  /// The socket that is asked first: after each connection the next one, so that none is starved.
  private let turn = Atomic<Int>(0)
  private let reactor: Reactor
  private let isClosing = Atomic<Bool>(false)
  private let admit: Admission
  private let onClose: @Sendable () -> Void
  private let shortage = Mutex(ShortageBook())
  private let onShortage = Mutex<(@Sendable (AcceptShortage) -> Void)?>(nil)
  private let start = EventLoop.Instant.now

  /// - Parameters:
  ///   - first: A socket that listens.
  ///   - others: More of them, on the same loop.
  ///   - addresses: Where they listen, if the endpoint does not say it.
  init(
    _ first: Socket, _ others: [Socket] = [], at endpoint: Endpoint, addresses: [String] = [],
    reactor: Reactor, admit: @escaping Admission, onClose: @escaping @Sendable () -> Void = {}
  ) {
    self.first = first
    sockets = [first] + others
    self.endpoint = endpoint
    self.addresses = addresses
    self.reactor = reactor
    self.admit = admit
    self.onClose = onClose
  }

  deinit {
    close()
  }

  /// The event loop that the listening sockets belong to.
  package var loop: EventLoop { first.loop }

  package func onShortage(_ body: @escaping @Sendable (AcceptShortage) -> Void) {
    onShortage.withLock { $0 = body }
  }

  public func accept() async throws(PouchError) -> SocketStream {
    await loop.beginOperation()
    do throws(PouchError) {
      while true {
        switch try acceptNow() {
        case .accepted(let stream):
          endShortage()
          noteCalm()
          return stream
        case .nobody:
          noteCalm()
          let outcome = await waitForAny(until: endOfShortage)
          if case .timedOut = outcome { continue }
          try outcome.check("accept")
        case .noDescriptor(let number):
          tell(shortage: number)
          try await waitForDescriptor()
        }
      }
    } catch {
      endShortage()
      throw error
    }
  }

  // MARK: Telling of a shortage

  private func tell(shortage number: Int32) {
    guard let body = onShortage.withLock({ $0 }) else { return }
    if shortage.withLock({ $0.lacks(.now - start) }) {
      body(
        .began(
          .system(
            .exhausted, "accepting has paused: connections wait until a descriptor is free",
            errno: number, endpoint: endpoint)))
    }
    body(.goesOn)
  }

  private func noteCalm() {
    guard shortage.withLock({ $0.isOpen && $0.suffices(.now - start) }) else { return }
    onShortage.withLock({ $0 })?(.ended)
  }

  /// When a shortage that was told is over, unless it comes back.
  private var endOfShortage: EventLoop.Instant? {
    shortage.withLock { $0.end }.map { start + $0 }
  }

  public func close() {
    guard !isClosing.exchange(true, ordering: .relaxed) else { return }
    onClose()
    for socket in sockets { socket.close() }
    endShortage()
  }

  private func endShortage() {
    for socket in sockets { DescriptorShortage.end(socket) }
  }

  private enum Attempt {
    case accepted(SocketStream)
    case nobody
    /// With the system's reason.
    case noDescriptor(Int32)
  }

  /// Asks each socket once, beginning with the one whose turn it is.
  private func acceptNow() throws(PouchError) -> Attempt {
    let start = turn.load(ordering: .relaxed)
    for offset in sockets.indices {
      let index = (start + offset) % sockets.count
      let attempt = try accept(from: sockets[index])
      if case .nobody = attempt { continue }
      if case .accepted = attempt {
        turn.store((index + 1) % sockets.count, ordering: .relaxed)
      }
      return attempt
    }
    return .nobody
  }

  private func accept(from socket: Socket) throws(PouchError) -> Attempt {
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
          return .noDescriptor(ENOMEM)
        }
        return .accepted(SocketStream(accepted, peer: identity))
      case -EAGAIN: return .nobody
      case -EMFILE, -ENFILE, -ENOBUFS, -ENOMEM: return .noDescriptor(-result)
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
    var isNew = false
    for socket in sockets where DescriptorShortage.begin(socket) { isNew = true }
    if isNew { return }
    switch await waitForAny(until: .now + SocketListener.longestBackOff) {
    case .timedOut: return
    case let outcome: try outcome.check("accept")
    }
  }

  /// Waits until one of the sockets may have a connection. An edge that comes at another one
  /// meanwhile is remembered there.
  private func waitForAny(until deadline: EventLoop.Instant?) async -> WaitSlot.Outcome {
    if sockets.count == 1 { return await first.waitToRead(until: deadline) }
    return await withTaskGroup(of: WaitSlot.Outcome.self) { group in
      for socket in sockets { group.addTask { await socket.waitToRead(until: deadline) } }
      let outcome = await group.next() ?? .ready
      group.cancelAll()
      return outcome
    }
  }
}
