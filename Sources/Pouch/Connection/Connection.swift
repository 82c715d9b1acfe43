import PouchCore
import Synchronization

/// One established connection: its stream, its session, and whoever waits on them.
///
/// Three tasks share it. The reader takes frames in, the flusher writes what has gathered, and the
/// monitor watches for silence; all run on the stream's own executor. `send` may be called from
/// anywhere: it appends to the session under the lock and wakes the flusher.
@usableFromInline
final class Connection: Sendable {
  /// What the lock guards. It is held for appending and booking, never across I/O.
  struct State: ~Copyable, Sendable {
    var session: Session
    /// Set once: why the connection has ended. `.success` is the clean end.
    var outcome: Result<Void, PouchError>?
    /// The flusher, while it has nothing to do.
    var idleFlusher: UnsafeContinuation<Void, Never>?
    /// Set when this side has found an error that it is telling the peer about.
    var failing: PouchError?
    /// Whoever waits for something to happen here.
    var waiting = WaitingTasks()
    /// Why objects were refused, for their receipts.
    var refusals = RefusalBook()
    /// Set when this side has begun to close.
    var decision: EndDecision?
    /// The last object that has left this side, in part at least.
    var writtenThrough: UInt64 = 0
    /// Bytes that have left this side.
    var writtenBytes: UInt64 = 0
    /// The flusher has written all that it ever will.
    var isFlushed = false
    /// Objects that this side refused, that their sender cancelled, and of which this side did not
    /// wait for the rest.
    var refused: UInt64 = 0
    var cancelled: UInt64 = 0
    var lost: UInt64 = 0
    /// Chunked objects that are handed over as streams and have not arrived whole.
    var channels: [UInt64: BodyChannel] = [:]
    /// Handlers that run beside the reader.
    var runningHandlers = 0
    /// Objects that did not go on and were refused, of which the reader does not know yet.
    var stalled: [UInt64] = []
    /// The reader, while it waits for one of them to end.
    var readerBehindHandlers: Waiter?
  }

  /// The most handlers that may run beside the reader: while there are as many, it reads no more.
  static let mostHandlers = 1024

  let stream: any ByteStream
  let info: ConnectionInfo
  let timeouts: Timeouts
  let limits: Limits
  let agreement: Agreement
  let policy: ReceptionPolicy
  /// The largest object that is taken, in bytes, whole or in chunks; nil for no limit.
  let largestObject: UInt64?
  /// What waits in `channels` for handlers.
  let backlog = Backlog()
  let state: BiasedMutex<State>

  /// Fired when the flusher has written all that it ever will.
  let flushed = Waiter()

  /// Bytes that have arrived, for the monitor.
  let arrivedBytes = Atomic<UInt64>(0)
  let isInsideFrame = Atomic<Bool>(false)
  /// Whether the reader waits for bytes: not before it has handed over what came behind the
  /// handshake.
  let isListening = Atomic<Bool>(false)
  /// Set while the peer does not read the replies that it has this side queue.
  let hasTooManyReplies = Atomic<Bool>(false)
  /// Set when there are `stalled` objects.
  let hasStalled = Atomic<Bool>(false)
  /// Set when this side has begun to close: no further object is handed over.
  let closingFlag = Atomic<Bool>(false)
  /// Fired when either side has begun to close.
  let ending = Waiter()

  init(
    stream: any ByteStream, endpoint: Endpoint, agreement: Agreement, limits: Limits,
    timeouts: Timeouts, largestObject: UInt64?, policy: ReceptionPolicy = ReceptionPolicy()
  ) {
    self.stream = stream
    self.agreement = agreement
    self.limits = limits
    self.timeouts = timeouts
    self.policy = policy
    info = ConnectionInfo(
      endpoint: endpoint, peer: stream.peer, agreement: agreement,
      allowsNumPy: policy.allowsNumPy)
    self.largestObject = largestObject
    state = BiasedMutex(
      State(session: Session(agreement, largestObject: largestObject)),
      owner: stream.preferredExecutor)
  }

  // MARK: Waking

  /// Resumes the flusher when it sleeps.
  func wakeFlusher() {
    let flusher = state.withLock { $0.idleFlusher.take() }
    flusher?.resume()
  }

  // MARK: The end

  /// Ends the connection for everybody who waits on it. Only the first outcome counts.
  ///
  /// - Returns: false when it had ended before.
  @discardableResult
  func end(_ outcome: Result<Void, PouchError>) -> Bool {
    var waiters: [Waiter] = []
    var channels: [BodyChannel] = []
    var reader: Waiter?
    var flusher: UnsafeContinuation<Void, Never>?
    let error = state.withLock { state -> PouchError? in
      guard state.outcome == nil else { return nil }
      state.outcome = outcome
      state.session.outbox.closeRoom()
      waiters = state.waiting.takeAll()
      channels = Array(state.channels.values)
      state.channels = [:]
      reader = state.readerBehindHandlers.take()
      flusher = state.idleFlusher.take()
      return state.errorAfter(outcome)
    }
    guard let error = error.map(place) else { return false }
    for waiter in waiters { waiter.fire(.failure(error)) }
    reader?.fire(.failure(error))
    for channel in channels { channel.fail(Connection.cutShort(outcome)) }
    flusher?.resume()
    return true
  }

  /// An error with the place that it does not name yet.
  func place(_ error: PouchError) -> PouchError {
    error.at(endpoint: info.endpoint, peer: info.peer.description)
  }

  /// What the reader of a streamed object gets when the rest will not come.
  private static func cutShort(_ outcome: Result<Void, PouchError>) -> PouchError {
    if case .failure(let error) = outcome { return error }
    return PouchError(.truncated, "the sender closed before the object was complete")
  }

  /// Ends the connection at once.
  func abort(_ error: PouchError) {
    end(.failure(error))
    stream.close()
  }

  /// Waits until the connection has ended.
  ///
  /// - Throws: Why, when the end was not clean.
  func waitForEnd() async throws(PouchError) {
    let (outcome, waiter) = state.withLock { state -> (Result<Void, PouchError>?, Waiter?) in
      if let outcome = state.outcome { return (outcome, nil) }
      return (nil, state.waiting.waitForEnd())
    }
    if let outcome { return try outcome.get() }
    do {
      try await waiter?.wait()
    } catch  where error.code != .closed && error.code != .peerClosed {
      throw error
    } catch {}
  }

  /// The books of the sending end.
  var ledger: SendLedger { state.withLock { $0.session.outbox.ledger } }
}

extension Connection.State {
  /// What a call on a connection throws that has ended, or that ends.
  func errorAfter(_ outcome: Result<Void, PouchError>) -> PouchError {
    if case .failure(let error) = outcome { return error }
    // A peer that stops has cut short what this side wanted; one that answers has not.
    if let closing = session.peerClosing, decision == nil || closing.code != "done" {
      return .peerClosed(closing)
    }
    return PouchError(.closed, "the connection is closed")
  }
}

extension PouchError {
  /// The peer has said that it takes no more.
  static func peerClosed(_ closing: Closing) -> PouchError {
    PouchError(
      .peerClosed, "the receiver takes no more objects",
      hint: "what it has not acknowledged was not delivered; send that to it again later, or to "
        + "another receiver",
      cause: closing.text ?? closing.reason)
  }
}

extension Closing {
  /// The code in words.
  fileprivate var reason: String {
    switch code {
    case "done": "it has ended the connection"
    case "shutdown": "it is stopping"
    default: "it has met an error"
    }
  }
}
