import PouchCore
import Synchronization

extension Length10Connection {
  func run(arrived: Bytes, to sink: Sink) async -> Result<Void, PouchError> {
    let executor = stream.preferredExecutor
    await withDiscardingTaskGroup { group in
      do throws(PouchError) {
        if case .none = sink {
          group.addTask(executorPreference: executor) { await self.finishSendingWhenAsked() }
          group.addTask(executorPreference: executor) { await self.watchWriting() }
          try await waitForReceiverToLeave()
        } else {
          group.addTask(executorPreference: executor) { await self.finishReceivingWhenAsked() }
          group.addTask(executorPreference: executor) { await self.watch() }
          var inlet = Length10Inlet(self)
          try await inlet.run(to: sink)
        }
        await sayGoodbye()
        end(.success(()))
      } catch {
        // Whoever asked for the end closed the stream under the reader.
        if error.code == .closed, isClosing { end(.success(())) }
        abort(reason(for: error))
      }
      group.cancelAll()
    }
    stream.close()
    return state.withLock { $0.outcome } ?? .success(())
  }

  /// Reads until the end of what comes from the receiver, which is nothing.
  private func waitForReceiverToLeave() async throws(PouchError) {
    var buffer = ByteBuffer()
    if try await stream.read(into: &buffer) > 0 {
      let opening = StreamOpening(buffer)
      throw PouchError(
        .protocolMismatch,
        "the peer of a length10 sender has nothing to say, and sent \(opening)",
        hint: opening.kind == .length10
          ? "both ends send: one must receive"
          : opening.kind == .pouch ? "use the same framing at both ends" : opening.hint)
    }
    // An object that is being written may still be read by the other side.
    await waitForWriter { $0.peerHasLeft = true }
  }

  /// Ends a sending end once that is asked for: after the object that is being written.
  private func finishSendingWhenAsked() async {
    guard await isAskedToClose() else { return }
    await waitForLastWriter()
    await sayGoodbye()
    // The receiver has this long to end the stream too.
    try? await AttentiveClock.sleep(for: timeouts.close)
    if !Task.isCancelled { stream.close() }
  }

  /// Ends a receiving end once that is asked for: after the object that is arriving.
  private func finishReceivingWhenAsked() async {
    guard await isAskedToClose() else { return }
    if state.withLock({ $0.isIdle }) {
      await sayGoodbye()
      return stream.close()
    }
    // A handler is waited for; what does not arrive is not.
    repeat {
      do { try await AttentiveClock.sleep(for: timeouts.drain) } catch { return }
    } while !isOwedBytes.load(ordering: .relaxed)
    abort(Length10Connection.overdue(timeouts.drain, "the last object has not arrived"))
  }

  /// Ends this side's half of the stream, so that over TLS the peer learns that the end is meant.
  private func sayGoodbye() async {
    let stream = stream
    try? await withDeadline(timeouts.close, "closing") { () async throws(PouchError) in
      try await stream.finish()
    }
  }

  private func isAskedToClose() async -> Bool {
    try? await closing.wait()
    return isClosing && !Task.isCancelled
  }

  /// Waits until the object that is being written is out, and gives the connection up when that
  /// takes too long.
  private func waitForLastWriter() async {
    let limit = timeouts.drain
    await withDiscardingTaskGroup { group in
      group.addTask {
        do { try await AttentiveClock.sleep(for: limit) } catch { return }
        self.abort(
          Length10Connection.overdue(limit, "the receiver has not taken the last object"))
      }
      await waitForWriter { _ in }
      group.cancelAll()
    }
  }

  private static func overdue(_ limit: Duration, _ what: String) -> PouchError {
    PouchError(.timedOut, "\(what) within \(limit) after the order to stop")
  }

  /// Watches for objects that have begun and do not go on. Silence between objects is fine.
  private func watch() async {
    var clock = AttentiveClock()
    var rate = MinimumRate(over: timeouts.body)
    while true {
      do {
        guard try await clock.sleep(for: timeouts.body / 2) else { continue }
        let bytes = arrivedBytes.load(ordering: .relaxed)
        let isTooSlow = rate.isTooSlow(
          clock.elapsed, bytes: bytes, hasBegun: isOwedBytes.load(ordering: .relaxed))
        guard isTooSlow else { continue }
        // What has come may not have been read yet.
        try await AttentiveClock.letOthersRead()
        if arrivedBytes.load(ordering: .relaxed) != bytes { continue }
      } catch {
        return
      }
      return abort(
        PouchError(
          .timedOut, "the peer began an object and did not go on for \(timeouts.body)"))
    }
  }

  /// Watches for a receiver that does not take an object which has begun. Nothing else says whether
  /// it lives: this framing has no signs of life.
  private func watchWriting() async {
    var clock = AttentiveClock()
    var since = Duration.zero
    var before: UInt64 = 0
    while true {
      do { _ = try await clock.sleep(for: timeouts.body / 4) } catch { return }
      let bytes = bytesBeingWritten.load(ordering: .relaxed)
      let count = writes.load(ordering: .relaxed)
      if bytes == 0 || count != before {
        before = count
        since = clock.elapsed
        continue
      }
      let limit = timeouts.body + .seconds(Double(bytes) / MinimumRate.slowest)
      if clock.elapsed - since >= limit {
        return abort(
          PouchError(
            .timedOut, "the receiver took less than \(bytes) bytes of an object in \(limit)",
            hint: "raise timeouts.body where it works that long on one object"))
      }
    }
  }

  /// Writes a part of an object, so that it is watched.
  func write(_ segments: [Bytes]) async throws(PouchError) {
    bytesBeingWritten.store(segments.reduce(0) { $0 + $1.count }, ordering: .relaxed)
    defer {
      bytesBeingWritten.store(0, ordering: .relaxed)
      writes.wrappingAdd(1, ordering: .relaxed)
    }
    try await stream.write(segments)
  }
}
