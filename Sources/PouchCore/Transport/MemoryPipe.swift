internal import Synchronization

/// One direction of an in-memory stream: a bounded run of bytes between a writer and a reader.
final class MemoryPipe: Sendable {
  private struct State: ~Copyable {
    var bytes = ByteBuffer()
    /// No more bytes will be written; the reader sees a clean end after the last of them.
    var isFinished = false
    /// The writing end was let go. Without `isFinished` before it, the connection is lost.
    var isWriterClosed = false
    var isReaderClosed = false
    var reader = WaitSlot()
    var writer = WaitSlot()
  }

  private enum End { case reader, writer }

  private let capacity: Int
  private let state = Mutex(State())

  /// - Parameter capacity: How many bytes are held, unread, before a writer waits.
  init(capacity: Int) {
    precondition(capacity > 0, "a pipe holds at least one byte")
    self.capacity = capacity
  }

  func read(into buffer: inout ByteBuffer) async throws(PouchError) -> Int {
    buffer.reserve(4096)
    while true {
      var writer: WaitSlot.Continuation?
      let count: Int? = try state.withLock { state throws(PouchError) in
        if state.isReaderClosed { throw PouchError(.closed, "the stream is closed") }
        if state.bytes.isEmpty {
          if state.isFinished { return 0 }
          if state.isWriterClosed {
            throw PouchError(.connectionLost, "the peer closed the stream")
          }
          return nil
        }
        let length = min(buffer.spare, state.bytes.count)
        buffer.append(state.bytes.take(length))
        if state.bytes.isEmpty { state.bytes.removeAll() }
        writer = state.writer.take()
        return length
      }
      writer?.resume()
      if let count { return count }
      try await wait(.reader).check("read")
    }
  }

  func write(_ segments: [Bytes]) async throws(PouchError) {
    for var rest in segments {
      while true {
        let written = try writeSome(rest)
        rest = rest.dropFirst(written)
        if rest.isEmpty { break }
        if written == 0 { try await wait(.writer).check("write") }
      }
    }
  }

  /// Takes as much of `bytes` as there is room for.
  private func writeSome(_ bytes: Bytes) throws(PouchError) -> Int {
    var reader: WaitSlot.Continuation?
    let length = try state.withLock { state throws(PouchError) in
      if state.isWriterClosed || state.isFinished {
        throw PouchError(.closed, "the stream is closed for writing")
      }
      if state.isReaderClosed { throw PouchError(.connectionLost, "the peer closed the stream") }
      let length = min(capacity - state.bytes.count, bytes.count)
      if length > 0 {
        state.bytes.append(bytes.prefix(length))
        reader = state.reader.take()
      }
      return length
    }
    reader?.resume()
    return length
  }

  /// Half-close: the reader sees a clean end after what was written.
  func finish() throws(PouchError) {
    let reader = try state.withLock { state throws(PouchError) in
      if state.isWriterClosed { throw PouchError(.closed, "the stream is closed") }
      state.isFinished = true
      return state.reader.take()
    }
    reader?.resume()
  }

  func closeWriter() { close { $0.isWriterClosed = true } }

  /// What was not read is dropped.
  func closeReader() {
    close { state in
      state.isReaderClosed = true
      state.bytes = ByteBuffer()
    }
  }

  private func close(_ change: (inout State) -> Void) {
    let (reader, writer) = state.withLock { state in
      change(&state)
      return (state.reader.take(), state.writer.take())
    }
    reader?.resume()
    writer?.resume()
  }

  private func wait(_ end: End) async -> WaitSlot.Outcome {
    var early: WaitSlot.Outcome?
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        early = state.withLock { state in
          let isOver = state.isReaderClosed || state.isWriterClosed
          switch end {
          case .reader:
            if isOver || state.isFinished || !state.bytes.isEmpty { return .ready }
            return state.reader.park(continuation)
          case .writer:
            if isOver || state.isFinished || state.bytes.count < capacity { return .ready }
            return state.writer.park(continuation)
          }
        }
        if early != nil { continuation.resume() }
      }
    } onCancel: {
      let waiting = state.withLock { state in
        switch end {
        case .reader: state.reader.take(.cancelled)
        case .writer: state.writer.take(.cancelled)
        }
      }
      waiting?.resume()
    }
    return early
      ?? state.withLock { state in
        switch end {
        case .reader: state.reader.outcome
        case .writer: state.writer.outcome
        }
      }
  }
}
