public import PouchCore
import Synchronization

/// Sends objects. Made by `withSender`, which ends it in good order.
///
/// A sender that dials has one connection; one that listens has as many as receivers came, and
/// hands each object to one of them.
public final class Sender: Sendable {
  private struct State {
    var connections: [any PeerConnection] = []
    var next = 0
    var waiters: [Waiter] = []
    var ended = SenderSummary()
    var isClosed = false
    /// Why there will be no further connection.
    var failure: PouchError?
  }

  private let state = Mutex(State())
  /// The one connection of a sender that has but one: found without a lock.
  private let single: (any PeerConnection)?
  /// The same, where small objects can be accepted without waiting.
  private let only: Connection?

  init(only: (any PeerConnection)?) {
    single = only
    self.only = only as? Connection
    if let only { state.withLock { $0.connections = [only] } }
  }

  /// The endpoints' connections as they are now.
  public var connections: [ConnectionInfo] {
    state.withLock { $0.connections.map(\.info) }
  }

  /// The books, over all connections so far.
  public var summary: SenderSummary {
    let (connections, ended) = state.withLock { ($0.connections, $0.ended) }
    var summary = ended
    for connection in connections { summary += connection.summary }
    return summary
  }

  // MARK: Sending

  /// Sends bytes as one object.
  ///
  /// Returns once the object is accepted: it leaves when the connection can take it. Suspends
  /// while too much waits or the window is closed. The receipt tells the object's fate.
  ///
  /// - Parameters:
  ///   - bytes: The object; large ones are sent without copying.
  ///   - attributes: What travels beside it.
  ///   - format: How the bytes are serialized.
  /// - Throws: `.limitExceeded` for an object that the receiver would not take; why the connection
  ///   ended; `.cancelled`.
  @discardableResult
  public func send(
    _ bytes: Bytes, attributes: Attributes = .none, format: ObjectFormat = .raw
  ) async throws(PouchError) -> Receipt {
    if bytes.count <= Outbox.copyLimit, let only, attributes.isEmpty,
      let id = bytes.withUnsafeBytes({ only.trySend(copying: $0, format: format) })
    {
      return Receipt(id: id, connection: only)
    }
    return try await sendSlowly(bytes, attributes, format)
  }

  /// Sends a copy of `bytes` as one raw object; see `send(_:attributes:format:)`.
  @discardableResult
  public func send(_ bytes: [UInt8]) async throws(PouchError) -> Receipt {
    if bytes.count <= Outbox.copyLimit, let only,
      let id = bytes.withUnsafeBytes({ only.trySend(copying: $0, format: .raw) })
    {
      return Receipt(id: id, connection: only)
    }
    return try await sendSlowly(Bytes(bytes), .none, .raw)
  }

  private func sendSlowly(
    _ bytes: Bytes, _ attributes: Attributes, _ format: ObjectFormat
  ) async throws(PouchError) -> Receipt {
    let connection = try await pick()
    return try await connection.send(bytes, attributes: attributes, format: format)
  }

  /// Sends an object of any size in constant memory.
  ///
  /// - Parameters:
  ///   - attributes: What travels beside it; say its size when that is known.
  ///   - format: How the bytes are serialized.
  ///   - source: Yields the next piece, at most as long as it is told; an empty one ends the
  ///     object.
  /// - Throws: What the source throws, after the receiver was told; as `send` otherwise.
  @discardableResult
  public func send(
    attributes: Attributes = .none, format: ObjectFormat = .raw,
    from source: (_ longest: Int) async throws(PouchError) -> Bytes
  ) async throws(PouchError) -> Receipt {
    let connection = try await pick()
    return try await connection.send(attributes: attributes, format: format, from: source)
  }

  // MARK: Connections

  /// The connection that takes the next object, waiting for one when there is none.
  func pick() async throws(PouchError) -> any PeerConnection {
    if let single { return single }
    while true {
      let waiter = Waiter()
      let found = state.withLock { state -> Result<(any PeerConnection)?, PouchError> in
        if let failure = state.failure { return .failure(failure) }
        guard !state.isClosed else { return .failure(PouchError(.closed, "the sender is closed")) }
        // Whichever has credit, in turn.
        for offset in state.connections.indices {
          let index = (state.next + offset) % state.connections.count
          let connection = state.connections[index]
          if connection.hasCredit {
            state.next = index + 1
            return .success(connection)
          }
        }
        if let open = state.connections.first(where: { !$0.hasEnded }) { return .success(open) }
        state.waiters.append(waiter)
        return .success(nil)
      }
      if let connection = try found.get() { return connection }
      try await waiter.wait()
    }
  }

  /// Takes a receiver that has connected.
  func add(_ connection: any PeerConnection) {
    let waiters = state.withLock { state -> [Waiter] in
      state.connections.append(connection)
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.fire(.success(())) }
    if state.withLock({ $0.isClosed }) { connection.beginClosing(code: "done") }
  }

  /// Books a connection that has ended.
  func remove(_ connection: any PeerConnection) {
    let summary = connection.summary
    state.withLock { state in
      guard let index = state.connections.firstIndex(where: { $0 === connection }) else { return }
      state.connections.remove(at: index)
      state.ended += summary
    }
  }

  /// Says that no connection will come any more.
  func fail(_ error: PouchError) {
    let waiters = state.withLock { state -> [Waiter] in
      state.failure = error
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.fire(.failure(error)) }
  }

  /// Takes no more objects, and waits until every one that was accepted is settled and every
  /// connection has ended in good order.
  ///
  /// Calling it again waits for the same end.
  ///
  /// - Throws: Why a connection ended before everything on it was settled.
  public func close() async throws(PouchError) {
    let connections = state.withLock { state -> [any PeerConnection] in
      state.isClosed = true
      return state.connections
    }
    for connection in connections { connection.beginClosing(code: "done") }
    for connection in connections { try await connection.waitForEnd() }
  }
}
