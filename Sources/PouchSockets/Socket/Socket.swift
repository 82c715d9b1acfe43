internal import CPouchSystem
internal import Glibc
internal import PouchCore
internal import Synchronization

/// One socket: its descriptor, whether the kernel has something for it, and who waits for that.
///
/// Reads and writes go to the kernel at once, on the caller's thread, and wait only when it says
/// EAGAIN. The descriptor is watched for reading all its life, edge-triggered; interest in writing
/// is added when a write must wait, and dropped at the first edge that nobody waits for.
///
/// An edge that comes while nobody waits is remembered, so that none is lost between an EAGAIN
/// and the wait that follows it.
final class Socket: Sendable {
  private struct State {
    var reader = WaitSlot()
    var writer = WaitSlot()
    /// Edges that nobody has waited for.
    var isReadable = false
    var isWritable = false
    /// Whether epoll watches for writability.
    var isArmed: Bool
    /// The loop's name for this socket; nil until it is watched.
    var token: UInt64?
    var isFinished = false
    /// A timer is set that will see whether the reader still waits.
    var isIdleTimerSet = false
    /// The turn of the reader's last wait that may time out.
    var patientTurn: UInt32?
    /// What broke the connection. The kernel reports an error once, to a read or to a write, and
    /// calls what follows a clean end: the other direction finds it here.
    var failure: Int32?
  }

  /// The loop that watches the socket.
  let loop: EventLoop

  private let descriptor: Int32
  private let use = DescriptorUse()
  private let state: Mutex<State>
  /// How much room the next read makes; only the reader touches it.
  let readSize = Atomic<Int>(ReadSize.smallest)
  /// The last read took all that there was, so that the next one begins with a wait; only the reader
  /// touches it.
  let isDrained = Atomic<Bool>(false)
  /// An edge has said that nothing more will come, or that the connection has failed. There may be
  /// no further edge: from here on a read asks the kernel.
  let hasEnded = Atomic<Bool>(false)

  /// Takes over a descriptor that does not block, which is closed if that fails.
  ///
  /// - Parameter connecting: Whether a connect is under way, so that `waitToWrite` will be next.
  init(adopting descriptor: Int32, loop: EventLoop, connecting: Bool = false) throws(PouchError) {
    self.descriptor = descriptor
    self.loop = loop
    state = Mutex(State(isArmed: connecting))
    do throws(PouchError) {
      // Under the lock: the first event may come before this returns, and needs the token.
      try state.withLock { state throws(PouchError) in
        state.token = try loop.register(self, descriptor, write: connecting)
      }
    } catch {
      close()
      throw error
    }
  }

  deinit {
    close()
  }

  // MARK: System calls

  /// Calls `body` with the descriptor, which stays open meanwhile.
  ///
  /// - Throws: `.closed`, or what `body` throws.
  func withDescriptor<R>(_ body: (Int32) throws(PouchError) -> R) throws(PouchError) -> R {
    guard use.enter() else { throw PouchError(.closed, "the socket is closed") }
    defer { if use.leave() { release() } }
    return try body(descriptor)
  }

  /// Keeps what broke the connection and makes an error of it.
  func fail(_ number: Int32, _ operation: StaticString) -> PouchError {
    // EPIPE says that the peer's clean end came before: a read may still reach that.
    if number != EPIPE { state.withLock { $0.failure = $0.failure ?? number } }
    return .system(.connectionLost, "the connection broke during a \(operation)", errno: number)
  }

  /// What broke the connection, if something did.
  var failure: Int32? { state.withLock { $0.failure } }

  /// Whether `finish()` was called.
  var isFinished: Bool { state.withLock { $0.isFinished } }

  /// The address of this side.
  func localAddress() throws(PouchError) -> SocketAddress {
    try withDescriptor { descriptor throws(PouchError) in
      var address = SocketAddress()
      let result = address.withMutableRaw { pouch_local_address(descriptor, $0) }
      guard result >= 0 else {
        throw .system(.internal, "a socket has no address", errno: -result)
      }
      return address
    }
  }

  /// Half-close.
  func finish() throws(PouchError) {
    try withDescriptor { descriptor throws(PouchError) in
      if state.withLock({ $0.isFinished }) { return }
      let result = pouch_shutdown_write(descriptor)
      if result < 0 { throw fail(-result, "half-close") }
      state.withLock { $0.isFinished = true }
    }
  }

  // MARK: Readiness

  /// Called by the loop.
  func becameReady(read: Bool, write: Bool, end: Bool = false) {
    if end { hasEnded.store(true, ordering: .relaxed) }
    let entered = use.enter()
    let (reader, writer) = state.withLock { state in
      var reader: WaitSlot.Continuation?
      var writer: WaitSlot.Continuation?
      if read {
        reader = state.reader.take()
        if reader == nil { state.isReadable = true }
      }
      if write {
        writer = state.writer.take()
        if writer == nil {
          state.isWritable = true
          // Under the lock, so that no arming comes between the decision and the call.
          if state.isArmed, entered, let token = state.token {
            state.isArmed = false
            loop.setWriteInterest(false, descriptor, token)
          }
        }
      }
      return (reader, writer)
    }
    if entered, use.leave() { release() }
    reader?.resume()
    writer?.resume()
  }

  /// Wakes who waits to read, or makes the next such wait return at once.
  func nudgeReader() {
    becameReady(read: true, write: false)
  }

  /// Waits for an edge of readability since the last wait.
  func waitToRead(until deadline: EventLoop.Instant? = nil) async -> WaitSlot.Outcome {
    await wait(.read, until: deadline)
  }

  /// Waits as `waitToRead` does, but times out when nothing comes for `patience`, or up to twice
  /// that. One timer serves many waits: a busy connection sets it once in that time.
  func waitToRead(patience: Duration) async -> WaitSlot.Outcome {
    await wait(.read) { turn in setIdleTimer(turn, patience) }
  }

  private func setIdleTimer(_ turn: UInt32, _ patience: Duration) {
    let isSet = state.withLock { state in
      state.patientTurn = turn
      defer { state.isIdleTimerSet = true }
      return state.isIdleTimerSet
    }
    if isSet { return }
    _ = loop.schedule(after: patience) { [weak self] in self?.idleTimerFired(turn, patience) }
  }

  /// Ends the wait that was there when the timer was set; sets it again for a later one that may
  /// time out.
  private func idleTimerFired(_ turn: UInt32, _ patience: Duration) {
    let (reader, later) = state.withLock { state -> (WaitSlot.Continuation?, UInt32?) in
      state.isIdleTimerSet = false
      if let reader = state.reader.take(.timedOut, turn: turn) { return (reader, nil) }
      guard state.reader.isOccupied, state.patientTurn == state.reader.turn else {
        return (nil, nil)
      }
      return (nil, state.reader.turn)
    }
    reader?.resume()
    if let later { setIdleTimer(later, patience) }
  }

  /// Waits for an edge of writability since the last wait.
  func waitToWrite(until deadline: EventLoop.Instant? = nil) async -> WaitSlot.Outcome {
    await wait(.write, until: deadline)
  }

  private enum Side { case read, write }

  private func wait(_ side: Side, until deadline: EventLoop.Instant?) async -> WaitSlot.Outcome {
    var timer: EventLoop.Timer?
    let outcome = await wait(side) { turn in
      guard let deadline else { return }
      timer = loop.schedule(at: deadline) { [weak self] in
        self?.take(side, .timedOut, turn: turn)?.resume()
      }
    }
    timer?.cancel()
    return outcome
  }

  /// - Parameter onParked: Called when the task waits, with the turn of the wait.
  private func wait(
    _ side: Side, onParked: (_ turn: UInt32) -> Void
  ) async -> WaitSlot.Outcome {
    var early: WaitSlot.Outcome?
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let (outcome, turn) = park(side, continuation)
        early = outcome
        if outcome == nil { onParked(turn) } else { continuation.resume() }
      }
    } onCancel: {
      take(side, .cancelled)?.resume()
    }
    return early
      ?? state.withLock { state in
        switch side {
        case .read: state.reader.outcome
        case .write: state.writer.outcome
        }
      }
  }

  private func park(
    _ side: Side, _ continuation: WaitSlot.Continuation
  ) -> (WaitSlot.Outcome?, turn: UInt32) {
    guard use.enter() else { return (.ready, 0) }
    defer { if use.leave() { release() } }
    return state.withLock { state in
      switch side {
      case .read:
        if state.isReadable {
          state.isReadable = false
          return (.ready, 0)
        }
        let outcome = state.reader.park(continuation)
        return (outcome, state.reader.turn)
      case .write:
        if state.isWritable {
          state.isWritable = false
          return (.ready, 0)
        }
        let outcome = state.writer.park(continuation)
        if outcome == nil, !state.isArmed, let token = state.token {
          state.isArmed = true
          loop.setWriteInterest(true, descriptor, token)
        }
        return (outcome, state.writer.turn)
      }
    }
  }

  private func take(
    _ side: Side, _ outcome: WaitSlot.Outcome, turn: UInt32? = nil
  ) -> WaitSlot.Continuation? {
    state.withLock { state in
      switch (side, turn) {
      case (.read, nil): state.reader.take(outcome)
      case (.read, let turn?): state.reader.take(outcome, turn: turn)
      case (.write, nil): state.writer.take(outcome)
      case (.write, let turn?): state.writer.take(outcome, turn: turn)
      }
    }
  }

  // MARK: Closing

  /// Lets nobody use the socket any more, wakes who waits, and closes the descriptor as soon as
  /// nobody is inside a system call on it.
  func close() {
    guard use.close() else { return }
    let (reader, writer) = state.withLock { ($0.reader.take(), $0.writer.take()) }
    reader?.resume()
    writer?.resume()
    if use.leave() { release() }
  }

  private func release() {
    if let token = state.withLock({ $0.token }) { loop.unregister(descriptor, token) }
    _ = pouch_close(descriptor)
    DescriptorShortage.descriptorWasClosed()
  }
}
