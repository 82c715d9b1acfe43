import PouchCore
import Synchronization

extension Connection {
  /// The most that is read between two chances for other tasks of the loop, in bytes.
  private static let turn = 256 << 10

  /// Takes frames in until the peer has said its last word.
  ///
  /// - Parameter arrived: Bytes that came behind the handshake.
  /// - Throws: Why the connection cannot go on.
  func read(
    _ arrived: Bytes, through pipeline: Pipeline, to sink: Sink,
    _ group: inout DiscardingTaskGroup
  ) async throws(PouchError) {
    var buffer = ByteBuffer(adopting: arrived)
    var decoder = FrameDecoder(limit: limits.frame)
    var inlet = Inlet(connection: self, pipeline: pipeline, sink: sink)
    var sinceTurn = 0
    while true {
      while let frame = try decoder.next(&buffer) {
        try await inlet.take(frame, &group)
      }
      wakeFlusherIfDue()
      isInsideFrame.store(decoder.isInsideFrame(buffer), ordering: .relaxed)
      if sinceTurn >= Connection.turn {
        sinceTurn = 0
        await Task.yield()
      }
      let count = try await stream.read(into: &buffer)
      if count == 0 { break }
      sinceTurn += count
      arrivedBytes.wrappingAdd(UInt64(count), ordering: .relaxed)
    }
    if decoder.isInsideFrame(buffer) {
      throw PouchError(.truncated, "the connection ended in the middle of a frame")
    }
    guard state.withLock({ $0.session.mayEnd }) else {
      throw PouchError(
        .truncated, "the peer ended the connection without closing it",
        hint: "what was not acknowledged was not delivered; send it again")
    }
  }

  /// Resumes the flusher when taking frames in has made something due.
  private func wakeFlusherIfDue() {
    let flusher = state.withLock { state -> UnsafeContinuation<Void, Never>? in
      guard state.idleFlusher != nil else { return nil }
      state.session.prepareFlush()
      guard !state.session.outbox.isEmpty || state.hasSaidAll else { return nil }
      return state.idleFlusher.take()
    }
    flusher?.resume()
  }

  /// Books a control frame, and wakes whoever waited for it.
  func takeControl(_ header: FrameHeader, _ body: Bytes) throws(PouchError) {
    var ready: [Waiter] = []
    var cancelled: BodyChannel?
    let failure: PouchError? = state.withLock { state in
      do throws(PouchError) {
        switch try state.session.receive(header, body) {
        case .settled(let passed):
          ready = state.takeReceiptWaiters(passed)
          ready += state.takeWindowWaiters()
        case .refused(let id, let refusal):
          state.refusals[id] = refusal
          ready = state.receiptWaiters.removeValue(forKey: id) ?? []
          ready += state.takeWindowWaiters()
        case .windowChanged: ready = state.takeWindowWaiters()
        case .cancelled(let id): cancelled = state.channels.removeValue(forKey: id)
        case .closing:
          ready = state.windowWaiters + state.outboxWaiters
          state.windowWaiters = []
          state.outboxWaiters = []
        case .nothing: break
        }
        return nil
      } catch {
        return error
      }
    }
    for waiter in ready { waiter.fire(.success(())) }
    cancelled?.fail(PouchError(.truncated, "the sender gave up on the object"))
    if let failure { throw failure }
  }
}

extension Connection.State {
  /// Whoever waits for an object that has been settled.
  mutating func takeReceiptWaiters(_ passed: Range<UInt64>) -> [Waiter] {
    guard !receiptWaiters.isEmpty else { return [] }
    var ready: [Waiter] = []
    if passed.count < receiptWaiters.count {
      for id in passed { ready += receiptWaiters.removeValue(forKey: id) ?? [] }
    }
    if passed.count >= receiptWaiters.count || !session.outbox.ledger.settled.ranges.isEmpty {
      for id in receiptWaiters.keys where session.outbox.ledger.settled.contains(id) {
        ready += receiptWaiters.removeValue(forKey: id) ?? []
      }
    }
    return ready
  }

  /// The senders that may try again, now that the window has moved.
  mutating func takeWindowWaiters() -> [Waiter] {
    guard !windowWaiters.isEmpty, session.outbox.obstacle(0) == nil else { return [] }
    defer { windowWaiters = [] }
    return windowWaiters
  }
}
