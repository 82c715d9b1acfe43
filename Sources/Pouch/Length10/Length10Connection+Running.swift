import PouchCore
import Synchronization

extension Length10Connection {
  func run(arrived: Bytes, to sink: Sink) async -> Result<Void, PouchError> {
    let executor = stream.preferredExecutor
    await withDiscardingTaskGroup { group in
      do throws(PouchError) {
        if case .none = sink {
          group.addTask(executorPreference: executor) { await self.finishSendingWhenAsked() }
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
    try? await Task.sleep(for: timeouts.close)
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
      do { try await Task.sleep(for: timeouts.drain) } catch { return }
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
        do { try await Task.sleep(for: limit) } catch { return }
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
    let start = ContinuousClock.now
    var rate = MinimumRate(over: timeouts.body)
    while true {
      do { try await Task.sleep(for: timeouts.body / 2) } catch { return }
      let isTooSlow = rate.isTooSlow(
        ContinuousClock.now - start, bytes: arrivedBytes.load(ordering: .relaxed),
        hasBegun: isOwedBytes.load(ordering: .relaxed))
      if isTooSlow {
        return abort(
          PouchError(
            .timedOut, "the peer began an object and did not go on for \(timeouts.body)"))
      }
    }
  }
}
