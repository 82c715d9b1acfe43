import PouchCore
import Synchronization

extension Connection {
  /// Takes frames in until the peer has said its last word.
  ///
  /// - Parameter arrived: Bytes that came behind the handshake.
  /// - Throws: Why the connection cannot go on.
  func read(
    _ arrived: Bytes, through pipeline: Pipeline, to sink: Sink,
    _ group: inout DiscardingTaskGroup
  ) async throws(PouchError) {
    var buffer = ByteBuffer(adopting: arrived)
    var decoder = FrameDecoder(limit: Handshake.announced(frame: limits.frame))
    var inlet = Inlet(connection: self, pipeline: pipeline, sink: sink)
    while true {
      while let frame = try decoder.next(&buffer) {
        try await inlet.take(frame, &group)
        try await awaitReplies()
      }
      wakeFlusherIfDue()
      isInsideFrame.store(decoder.isInsideFrame(buffer), ordering: .relaxed)
      decoder.makeRoom(in: &buffer)
      isListening.store(true, ordering: .relaxed)
      let count = try await stream.read(into: &buffer)
      isListening.store(false, ordering: .relaxed)
      if count == 0 { break }
      arrivedBytes.wrappingAdd(UInt64(count), ordering: .relaxed)
    }
    if decoder.isInsideFrame(buffer) {
      throw PouchError(
        .connectionLost, "the connection ended in the middle of a frame",
        hint: "what was not acknowledged was not delivered; send it again")
    }
    guard state.withLock({ $0.session.mayEnd }) else {
      throw PouchError(
        .connectionLost, "the peer ended the connection without closing it",
        hint: "what was not acknowledged was not delivered; send it again")
    }
  }

  /// Resumes the flusher when taking frames in has made something due.
  private func wakeFlusherIfDue() {
    let flusher = state.withLock { state -> UnsafeContinuation<Void, Never>? in
      guard state.idleFlusher != nil else { return nil }
      state.prepareFlush()
      guard !state.session.outbox.isEmpty || state.hasSaidAll else { return nil }
      return state.idleFlusher.take()
    }
    flusher?.resume()
  }

  /// Books a control frame, and wakes whoever waited for it.
  ///
  /// - Parameter ready: Memory to gather them in, empty before and after.
  func takeControl(
    _ header: FrameHeader, _ body: Bytes, _ ready: inout [Waiter]
  ) throws(PouchError) {
    var cancelled: BodyChannel?
    var isEnding = false
    let failure: PouchError? = state.withLock { state in
      do throws(PouchError) {
        switch try state.session.receive(header, body) {
        case .settled: state.takeSettled(into: &ready)
        case .refused(let id, let refusal):
          state.refusals.add(id, refusal)
          state.takeSettled(into: &ready)
          state.waiting.takeSource(of: id, into: &ready)
        case .windowChanged: state.takeWindowWaiters(into: &ready)
        case .cancelled(let id):
          state.cancelled += 1
          cancelled = state.channels.removeValue(forKey: id)
        case .closing:
          state.waiting.takeSenders(into: &ready)
          state.waiting.takeSources(into: &ready)
          isEnding = true
        case .nothing: noteReplies(&state)
        }
        return nil
      } catch {
        return error
      }
    }
    for waiter in ready { waiter.fire(.success(())) }
    ready.removeAll(keepingCapacity: true)
    if isEnding { ending.fire(.success(())) }
    cancelled?.fail(PouchError(.truncated, "the sender gave up on the object"))
    if let failure { throw failure }
  }
}

extension Connection.State {
  /// Those who wait for what the last answer settled, and those who wait for room.
  fileprivate mutating func takeSettled(into ready: inout [Waiter]) {
    waiting.takeReceipts(of: session.outbox.ledger.news, into: &ready)
    takeWindowWaiters(into: &ready)
  }

  /// The senders that may try again, now that the window has moved.
  fileprivate mutating func takeWindowWaiters(into ready: inout [Waiter]) {
    let isOpen = session.outbox.fitsWindow(0)
    waiting.takeWindow(into: &ready) { isOpen }
  }
}
