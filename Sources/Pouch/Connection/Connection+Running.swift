import PouchCore
import Synchronization

extension Connection {
  /// Runs the connection until it has ended.
  ///
  /// - Parameters:
  ///   - arrived: Bytes that came behind the handshake.
  ///   - sink: Where objects go.
  /// - Returns: How it ended.
  func run(arrived: Bytes, to sink: Sink) async -> Result<Void, PouchError> {
    let outgoing: Pipeline
    let incoming: Pipeline
    do throws(PouchError) {
      outgoing = try Pipeline(agreement.stages, context: agreement.context(outgoing: true))
      incoming = try Pipeline(agreement.stages, context: agreement.context(outgoing: false))
    } catch {
      abort(error)
      return .failure(error)
    }
    // Each pipeline is used by one task only: the flusher's, or the reader's.
    nonisolated(unsafe) let sealing = outgoing
    // Until the first object comes, nothing of what the handshake took is needed.
    stream.trim()
    let executor = stream.preferredExecutor
    await withDiscardingTaskGroup { group in
      group.addTask(executorPreference: executor) { await self.runFlusher(sealing) }
      group.addTask(executorPreference: executor) { await self.watch() }
      group.addTask(executorPreference: executor) { await self.watchEnd() }
      do throws(PouchError) {
        try await self.read(arrived, through: incoming, to: sink, &group)
        await self.finishWriting()
        self.end(.success(()))
      } catch {
        await self.conclude(error)
      }
      group.cancelAll()
    }
    stream.close()
    return state.withLock { $0.outcome } ?? .success(())
  }

  private func runFlusher(_ pipeline: Pipeline) async {
    do throws(PouchError) {
      defer { flushed.fire(.success(())) }
      try await flush(through: pipeline)
      state.withLock { $0.isFlushed = true }
    } catch {
      // The reader may be about to learn why: a REJECT or an alert can be on its way in.
      try? await AttentiveClock.sleep(for: timeouts.close)
      if !Task.isCancelled { abort(error) }
      return
    }
    // Both sides have said all; the peer has this long to end the stream too.
    let isAwaited = ledger.inFlight > 0 && agreement.acknowledge != .none
    try? await AttentiveClock.sleep(for: isAwaited ? timeouts.drain : timeouts.close)
    if !Task.isCancelled { stream.close() }
  }

  /// Waits, at the clean end of what comes in, until everything that is due has gone out.
  private func finishWriting() async {
    let incomplete = state.withLock { Array($0.channels.values) }
    for channel in incomplete {
      channel.fail(PouchError(.truncated, "the sender closed before the object was complete"))
    }
    wakeFlusher()
    try? await flushed.wait()
  }

  /// Ends the connection after reading it has failed.
  private func conclude(_ error: PouchError) async {
    // The peer owed nothing but the end of the stream, and did not send it in time.
    if error.code == .closed, state.withLock({ $0.session.mayEnd }) {
      end(.success(()))
    } else {
      await fail(error)
    }
  }

  /// Ends the connection with an error, telling the peer where that can help.
  private func fail(_ error: PouchError) async {
    let named = state.withLock { state -> PouchError in
      // What came before is why the peer has gone.
      if let failing = state.failing { return failing }
      // A closed stream says nothing: whoever closed it has said why.
      if error.code == .closed, case .failure(let cause) = state.outcome { return cause }
      return error.namingLoss.at(endpoint: info.endpoint, peer: info.peer.description)
    }
    let isOurs = [.badData, .limitExceeded, .protocolMismatch].contains(named.code)
    let error = isOurs ? named.answered : named
    if isOurs, let rejection = Rejection(error), !isFailing, !Task.isCancelled {
      let flusher = state.withLock { state -> UnsafeContinuation<Void, Never>? in
        state.failing = error
        state.session.reject(rejection)
        return state.idleFlusher.take()
      }
      flusher?.resume()
      await linger(stream, timeouts.close)
    }
    abort(error)
  }

  /// Whether it has ended, or the peer was told that it has failed.
  private var isFailing: Bool { state.withLock { $0.outcome != nil || $0.failing != nil } }

  /// Tells the peer to go, from beside the reader. That reads on until the stream ends, which has
  /// `timeouts.close`, and hands over nothing more.
  func expel(_ error: PouchError) async {
    let error = place(error.answered)
    guard let rejection = Rejection(error) else { return abort(error) }
    closingFlag.store(true, ordering: .relaxed)
    let flusher = state.withLock { state -> UnsafeContinuation<Void, Never>? in
      guard state.outcome == nil, state.failing == nil else { return nil }
      state.failing = error
      state.session.stopTaking()
      state.session.reject(rejection)
      return state.idleFlusher.take()
    }
    flusher?.resume()
    try? await AttentiveClock.sleep(for: timeouts.close)
    if !Task.isCancelled { abort(error) }
  }

  /// Watches for silence and for frames that do not go on.
  private func watch() async {
    var clock = AttentiveClock()
    var liveness = Liveness(heartbeat: timeouts.heartbeat, body: timeouts.body, now: .zero)
    var chunks = ChunkWatch(limit: timeouts.body)
    var count: UInt64 = 0
    while true {
      var verdict = Liveness.Verdict.ping
      do {
        // Behind a sleep that was late nobody is judged: the peer's word waits in the kernel. But
        // this side was silent meanwhile.
        if try await clock.sleep(for: liveness.interval) {
          if !findStalled(&chunks, clock.elapsed).isEmpty {
            try await AttentiveClock.letOthersRead()
            giveUpStalled(findStalled(&chunks, clock.elapsed))
          }
          let before = progress
          verdict = liveness.tick(clock.elapsed, before)
          if verdict == .silent || verdict == .stalled {
            try await AttentiveClock.letOthersRead()
            if progress.bytes != before.bytes { continue }
          }
        }
      } catch {
        return
      }
      switch verdict {
      case .fine: break
      case .ping:
        count += 1
        ping(count)
      case .silent:
        return abort(
          PouchError(
            .connectionLost, "no sign of life from the peer for \(timeouts.heartbeat * 3)",
            endpoint: info.endpoint, peer: info.peer.description))
      case .stalled:
        return abort(
          PouchError(
            .timedOut, "the peer began a frame and did not go on for \(timeouts.body)",
            endpoint: info.endpoint, peer: info.peer.description))
      }
    }
  }

  /// Objects in chunks that do not go on although they could.
  private func findStalled(_ chunks: inout ChunkWatch, _ now: Duration) -> [UInt64] {
    let isListening = isListening.load(ordering: .relaxed)
    let (offsets, isAnswered) = state.withLock { state in
      let inbox = state.session.inbox
      // A handler that runs beside the reader and has no incomplete object has a whole one.
      return (inbox.offsets, state.runningHandlers <= inbox.incompleteCount)
    }
    return chunks.tick(now, offsets, mayGoOn: isListening && isAnswered)
  }

  /// What has arrived so far.
  private var progress: Liveness.Progress {
    Liveness.Progress(
      bytes: arrivedBytes.load(ordering: .relaxed),
      isInsideFrame: isInsideFrame.load(ordering: .relaxed),
      isListening: isListening.load(ordering: .relaxed))
  }

  private func ping(_ count: UInt64) {
    stream.trim()
    let flusher = state.withLock { state -> UnsafeContinuation<Void, Never>? in
      state.session.outbox.trim()
      state.session.ping(count)
      return state.idleFlusher.take()
    }
    flusher?.resume()
  }
}

/// Reads and drops what still comes, so that what was written last is not lost in a reset: until
/// the peer ends the stream, or enough has come, or `limit` has passed.
func linger(_ stream: any ByteStream, _ limit: Duration) async {
  let enough = 16 << 20
  do throws(PouchError) {
    try await withDeadline(min(limit, .seconds(2)), "closing") { () async throws(PouchError) in
      var buffer = ByteBuffer()
      var dropped = 0
      while dropped < enough {
        let count = try await stream.read(into: &buffer)
        if count == 0 { return }
        dropped += count
        buffer.removeAll()
      }
    }
  } catch {
    // Whatever happens now, the stream is closed next.
  }
}

extension PouchError {
  /// The same error; the end of a stream that nobody announced is a connection that was lost,
  /// whether the system calls it a reset or TLS a truncation.
  var namingLoss: PouchError {
    guard code == .truncated else { return self }
    return PouchError(
      .connectionLost, message, hint: hint, cause: cause, endpoint: endpoint, peer: peer,
      objectID: objectID, stage: stage)
  }
}
