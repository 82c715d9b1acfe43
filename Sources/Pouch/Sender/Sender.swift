internal import CBOR
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
    var losses = SendingLosses()
    var isClosed = false
    /// Why there will be no further connection.
    var failure: PouchError?
  }

  private let state = Mutex(State())
  /// The one connection of a sender that has but one: found without a lock.
  private let single: (any PeerConnection)?
  /// The same, where small objects can be accepted without waiting.
  @usableFromInline let only: Connection?
  /// `only` for `trySend`, which would count a reference for every object. It lives as long as
  /// this sender does, which holds the other one.
  private let uncounted: Unmanaged<Connection>?
  /// Kept, because an encoder that is used again has its memory and its tables at hand.
  let encoder = CBOREncoder()

  /// Whether an end with objects refused or not delivered is an error.
  private let failsIfIncomplete: Bool

  init(only connection: (any PeerConnection)?, failsIfIncomplete: Bool = true) {
    self.failsIfIncomplete = failsIfIncomplete
    single = connection
    only = connection as? Connection
    uncounted = only.map { .passUnretained($0) }
    if let connection { state.withLock { $0.connections = [connection] } }
  }

  /// The connections that are open now.
  public var connections: [ConnectionInfo] {
    state.withLock { $0.connections }.filter { !$0.hasEnded }.map(\.info)
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
  ///   - format: How the bytes are serialized.
  /// - Throws: `.limitExceeded` for an object that the receiver would not take; why the connection
  ///   ended; `.cancelled`.
  @inlinable
  @discardableResult
  public func send(
    _ bytes: Bytes, format: ObjectFormat = .raw
  ) async throws(PouchError) -> Receipt {
    if let receipt = trySend(bytes, format: format) { return receipt }
    return try await sendSlowly(bytes, .none, format)
  }

  /// Sends bytes as one object with attributes; see `send(_:format:)`.
  ///
  /// - Parameter attributes: What travels beside it.
  @discardableResult
  public func send(
    _ bytes: Bytes, attributes: Attributes, format: ObjectFormat = .raw
  ) async throws(PouchError) -> Receipt {
    try await sendSlowly(bytes, attributes, format)
  }

  /// Sends a copy of `bytes` as one raw object; see `send(_:format:)`.
  @inlinable
  @discardableResult
  public func send(_ bytes: [UInt8]) async throws(PouchError) -> Receipt {
    if let receipt = trySend(bytes) { return receipt }
    return try await sendSlowly(bytes)
  }

  /// Sends a small object if that needs no waiting.
  ///
  /// - Returns: nil, having done nothing, when too much waits or the window is closed, when the
  ///   object has more than 16 KiB, when the connection has ended, when this sender listens,
  ///   and over the framing `length10`: `send` waits, or says what is wrong.
  @inlinable
  public func trySend(_ bytes: Bytes, format: ObjectFormat = .raw) -> Receipt? {
    let id = bytes.withUnsafeBytes { trySend(copying: $0, format: format) }
    guard id != 0, let only else { return nil }
    return Receipt(id: id, connection: only)
  }

  /// Sends a copy of `bytes` as one raw object if that needs no waiting; see
  /// `trySend(_:format:)`.
  @inlinable
  public func trySend(_ bytes: [UInt8]) -> Receipt? {
    let id = bytes.withUnsafeBytes { trySend(copying: $0, format: .raw) }
    guard id != 0, let only else { return nil }
    return Receipt(id: id, connection: only)
  }

  /// - Returns: The object's id; 0 when it cannot be sent without waiting, or at all.
  @usableFromInline
  func trySend(copying bytes: UnsafeRawBufferPointer, format: ObjectFormat) -> UInt64 {
    guard let uncounted else { return 0 }
    return uncounted._withUnsafeGuaranteedRef { $0.trySend(copying: bytes, format: format) }
  }

  @usableFromInline
  func sendSlowly(
    _ bytes: Bytes, _ attributes: Attributes, _ format: ObjectFormat
  ) async throws(PouchError) -> Receipt {
    let connection = try await pick()
    var attributes = attributes
    if !attributes.attachments.isEmpty { attributes.size = UInt64(bytes.count) }
    try attributes.checkAttachmentsToSend()
    return try await connection.send(bytes, attributes: attributes, format: format)
  }

  /// Waits for room, so that a small object is copied straight into the frame that is open then.
  @usableFromInline
  func sendSlowly(_ bytes: [UInt8]) async throws(PouchError) -> Receipt {
    if let only, let id = try await only.send(copying: bytes) {
      return Receipt(id: id, connection: only)
    }
    return try await sendSlowly(Bytes(bytes), .none, .raw)
  }

  /// Sends an object of any size in constant memory.
  ///
  /// - Parameters:
  ///   - attributes: What travels beside it; say its size when that is known.
  ///   - format: How the bytes are serialized.
  ///   - source: Yields the next piece, at most as long as it is told; an empty one ends the
  ///     object. A piece is sent when it is there. When the receiver refuses the object, or the
  ///     connection ends, while the source is waited for, the source is cancelled as a task is, and
  ///     this throws the reason once it has returned; what it returns then ends nothing.
  /// - Throws: What the source throws, after the receiver was told; as `send` otherwise.
  @discardableResult
  public func send(
    attributes: Attributes = .none, format: ObjectFormat = .raw,
    from source: (_ longest: Int) async throws(PouchError) -> Bytes
  ) async throws(PouchError) -> Receipt {
    try attributes.checkAttachmentsToSend()
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
        state.waiters.append(waiter)
        return .success(nil)
      }
      if let connection = try found.get() { return connection }
      try await waitForCredit(waiter)
    }
  }

  /// Waits until any connection may take an object, or a receiver has come, or none will: one that
  /// takes nothing holds up nobody.
  private func waitForCredit(_ waiter: Waiter) async throws(PouchError) {
    let open = state.withLock { $0.connections }.filter { !$0.hasEnded }
    defer {
      for connection in open { connection.forgetCredit(waiter) }
      state.withLock { state in state.waiters.removeAll { $0 === waiter } }
    }
    for connection in open where !connection.watchCredit(waiter) {
      // It is asked again.
      waiter.fire(.success(()))
    }
    try await waiter.wait()
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
    let (summary, losses) = (connection.summary, connection.losses)
    state.withLock { state in
      guard let index = state.connections.firstIndex(where: { $0 === connection }) else { return }
      state.connections.remove(at: index)
      state.ended += summary
      state.losses += losses
    }
  }

  /// The error that this sender ends with, once its connections have ended; nil when all went well,
  /// or the caller wants none.
  ///
  /// - Parameter failure: Why a connection broke while the sender waited for its end.
  func endError(after failure: PouchError? = nil) -> PouchError? {
    guard failsIfIncomplete else { return nil }
    let (connections, ended, endedLosses) = state.withLock {
      ($0.connections, $0.ended, $0.losses)
    }
    var (summary, losses) = (ended, endedLosses)
    for connection in connections {
      summary += connection.summary
      losses += connection.losses
    }
    return losses.error(summary, after: failure)
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
  /// Calling it again waits for the same end. Once the last object is out, a receiver has
  /// `timeouts.drain` from one answer to the next, and `timeouts.close` for its part of the end.
  ///
  /// - Throws: Unless `SenderOptions.failsIfIncomplete` is false: why a connection broke;
  ///   `.objectsFailed` when an object of any connection was not delivered, or was refused and no
  ///   receipt has said so. The error says how many.
  public func close() async throws(PouchError) {
    let (connections, waiters) = state.withLock { state in
      state.isClosed = true
      defer { state.waiters = [] }
      return (state.connections, state.waiters)
    }
    for waiter in waiters { waiter.fire(.success(())) }
    for connection in connections { connection.beginClosing(code: "done") }
    var failure: PouchError?
    for connection in connections {
      do throws(PouchError) {
        try await connection.waitForEnd()
      } catch {
        if Task.isCancelled { throw error }
        failure = failure ?? error
      }
    }
    if let error = endError(after: failure) { throw error }
  }
}
