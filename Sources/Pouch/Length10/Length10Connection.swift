import PouchCore
import Synchronization

/// One connection in the framing of the Python tutorial (docs/wire.md, section 11): no handshake,
/// no session, no acknowledgement.
///
/// A sending end writes objects one at a time, each on the task that sends it, and reads only to
/// learn that the receiver has left. A receiving end reads, and never writes.
final class Length10Connection: PeerConnection {
  /// What the lock guards. It is never held across I/O.
  struct State {
    /// Set once: why the connection has ended. `.success` is the clean end.
    var outcome: Result<Void, PouchError>?
    /// This side has begun to close.
    var isClosing = false
    var endWaiters: [Waiter] = []

    // The sending end.

    /// Somebody writes an object, or has been given the turn to.
    var isWriting = false
    /// Whoever waits for that turn, in order.
    var turns: [Waiter] = []
    /// Those who wait for any of several connections to take an object.
    var pickers: [ObjectIdentifier: Waiter] = [:]
    /// The receiver has ended its stream, which means that it has left.
    var peerHasLeft = false
    var accepted: UInt64 = 0
    /// Objects that were begun and not written whole.
    var undelivered: UInt64 = 0
    /// Those who wait beside the source of an object.
    var sources = SourceWaiters()

    // The receiving end.

    /// The reader waits for the next object, with nothing of it at hand.
    var isIdle = false
    /// Objects of which the length has come.
    var begun: UInt64 = 0
    /// Objects whose handlers have returned, and those that they refused.
    var handled: UInt64 = 0
    var refused: UInt64 = 0
  }

  let stream: any ByteStream
  let info: ConnectionInfo
  let limits: Limits
  let timeouts: Timeouts
  let policy: ReceptionPolicy
  /// The largest object accepted, in bytes; nil for no limit.
  let largestObject: UInt64?
  let state = Mutex(State())

  /// Fired when this side begins to close.
  let closing = Waiter()
  /// Bytes that have arrived, for the watch.
  let arrivedBytes = Atomic<UInt64>(0)
  /// Bytes of the write that goes on; 0 while there is none.
  let bytesBeingWritten = Atomic<Int>(0)
  /// Writes that have ended.
  let writes = Atomic<UInt64>(0)
  /// Whether the reader waits for the rest of something that has begun.
  let isOwedBytes = Atomic<Bool>(false)

  init(
    stream: any ByteStream, endpoint: Endpoint, limits: Limits, timeouts: Timeouts, streams: Bool,
    policy: ReceptionPolicy
  ) {
    self.stream = stream
    self.limits = limits
    self.timeouts = timeouts
    self.policy = policy
    info = ConnectionInfo(
      length10: endpoint, peer: stream.peer, allowsNumPy: policy.allowsNumPy)
    largestObject = streams ? limits.stream : UInt64(limits.object)
  }

  /// What a user is told of an endpoint with this framing.
  static func warning(_ endpoint: Endpoint) -> String {
    let lack =
      endpoint.scheme == .tls
      ? "TLS says who the peer is and that nothing was changed, and no more"
      : "it is unauthenticated and without integrity: whoever reaches it can send, take and "
        + "change objects, and a loss goes unnoticed"
    return "\(endpoint) speaks length10: \(lack); nothing is acknowledged"
  }

  // MARK: The end

  /// Ends the connection for everybody who waits on it. Only the first outcome counts.
  func end(_ outcome: Result<Void, PouchError>) {
    let waiters = state.withLock { state -> [Waiter] in
      guard state.outcome == nil else { return [] }
      state.outcome = outcome
      defer {
        state.turns = []
        state.endWaiters = []
      }
      var waiters = state.turns + state.endWaiters
      state.sources.takeAll(into: &waiters)
      state.takePickers(into: &waiters)
      return waiters
    }
    let error =
      if case .failure(let reason) = outcome { reason } else { Length10Connection.closedError }
    for waiter in waiters { waiter.fire(.failure(error)) }
  }

  static let closedError = PouchError(.closed, "the connection is closed")

  func abort(_ error: PouchError) {
    end(.failure(error.namingLoss.at(endpoint: info.endpoint, peer: info.peer.description)))
    stream.close()
  }

  func beginClosing(code: String) {
    var ready: [Waiter] = []
    state.withLock { state in
      state.isClosing = true
      state.sources.takeThoseBefore(into: &ready)
    }
    for waiter in ready { waiter.fire(.success(())) }
    closing.fire(.success(()))
  }

  var isClosing: Bool { state.withLock { $0.isClosing } }
  var hasEnded: Bool { state.withLock { $0.hasEnded } }

  var endReason: PouchError? {
    guard case .failure(let error) = state.withLock({ $0.outcome }) else { return nil }
    return error
  }

  func waitForEnd() async throws(PouchError) {
    let waiter = Waiter()
    let outcome: Result<Void, PouchError>? = state.withLock { state in
      if state.outcome == nil { state.endWaiters.append(waiter) }
      return state.outcome
    }
    if let outcome { return try outcome.get() }
    do {
      try await waiter.wait()
    } catch  where error.code != .closed && error.code != .peerClosed {
      throw error
    } catch {}
  }

  /// What an error on the stream means: a stream that was closed on this side says nothing, and
  /// whoever closed it has said why.
  func reason(for error: PouchError) -> PouchError {
    guard error.code == .closed, case .failure(let cause) = state.withLock({ $0.outcome }) else {
      return error.namingLoss
    }
    return cause
  }
}
