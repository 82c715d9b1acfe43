import PouchCore
import Synchronization

extension Connection {
  /// Writes what gathers in the outbox, all of it in one call each time, until the session has
  /// said its last word.
  ///
  /// The only task that writes to the stream, and the only one that uses `pipeline`.
  func flush(through pipeline: Pipeline) async throws(PouchError) {
    var batch: [Outbox.Pending] = []
    var segments: [Bytes] = []
    var ready: [Waiter] = []
    while true {
      let (isLast, hasEnded) = state.withLock { state -> (Bool, Bool) in
        guard state.outcome == nil else { return (false, true) }
        state.prepareFlush()
        state.session.outbox.take(into: &batch)
        return (state.hasSaidAll, false)
      }
      if hasEnded { return }
      if batch.isEmpty {
        if isLast { break }
        await sleepUntilWoken()
        continue
      }
      var count = 0
      for pending in batch {
        count += pending.count
        var header = pending.header
        var body = OutgoingBody(
          ByteBuffer(adopting: pending.front), payload: pending.payload, further: pending.further)
        if header.kind != .reject { try pipeline.seal(&body, header: &header) }
        body.writeHeader(header)
        body.appendRuns(to: &segments)
      }
      try await stream.write(segments)
      segments.removeAll(keepingCapacity: true)
      book(count, &batch, &ready)
    }
    try await stream.finish()
  }

  /// Books a batch as written, takes its memory back, and lets senders go on.
  ///
  /// - Parameter ready: Memory to gather them in, empty before and after.
  private func book(
    _ count: Int, _ batch: inout [Outbox.Pending], _ ready: inout [Waiter]
  ) {
    state.withLock { state in
      state.session.outbox.written(count)
      state.writtenBytes += UInt64(count)
      while let pending = batch.popLast() {
        if pending.header.kind == .data {
          let last = pending.header.firstID + UInt64(pending.header.count) - 1
          state.writtenThrough = max(state.writtenThrough, last)
        }
        state.session.outbox.recycle(pending.front)
      }
      state.waiting.takeUnwritten(into: &ready)
      if !state.session.outbox.hasTooManyReplies { state.waiting.takeReplies(into: &ready) }
    }
    for waiter in ready { waiter.fire(.success(())) }
    ready.removeAll(keepingCapacity: true)
  }

  /// Waits until something is due to be written.
  private func sleepUntilWoken() async {
    await withUnsafeContinuation { continuation in
      let isDue = state.withLock { state -> Bool in
        state.prepareFlush()
        if !state.session.outbox.isEmpty || state.hasSaidAll || state.outcome != nil {
          return true
        }
        state.idleFlusher = continuation
        return false
      }
      if isDue { continuation.resume() }
    }
  }
}

extension Connection.State {
  /// Whether this side has nothing more to write, ever.
  var hasSaidAll: Bool { session.hasSentLast && runningHandlers == 0 }
}
