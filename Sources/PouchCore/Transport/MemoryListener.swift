internal import Synchronization

/// Accepts the streams of one name of a `MemoryTransport`. One task accepts at a time.
public final class MemoryListener: StreamListener {
  private struct State {
    var pending: [MemoryStream] = []
    var isClosed = false
    var acceptor = WaitSlot()
  }

  /// As many as the sockets' listeners hold.
  private static let backlog = 511

  public let endpoint: Endpoint
  private let state = Mutex(State())
  private let transport: MemoryTransport

  init(endpoint: Endpoint, transport: MemoryTransport) {
    self.endpoint = endpoint
    self.transport = transport
  }

  deinit {
    close()
  }

  /// Queues a stream that somebody opened.
  func offer(_ stream: MemoryStream) throws(PouchError) {
    let acceptor = try state.withLock { state throws(PouchError) in
      if state.isClosed {
        throw PouchError(.unreachable, "nobody listens at \(endpoint)", endpoint: endpoint)
      }
      guard state.pending.count < MemoryListener.backlog else {
        throw PouchError(
          .unreachable, "\(state.pending.count) streams wait at \(endpoint) already",
          endpoint: endpoint)
      }
      state.pending.append(stream)
      return state.acceptor.take()
    }
    acceptor?.resume()
  }

  public func accept() async throws(PouchError) -> MemoryStream {
    while true {
      let stream: MemoryStream? = try state.withLock { state throws(PouchError) in
        if state.isClosed { throw PouchError(.closed, "the listener is closed") }
        return state.pending.isEmpty ? nil : state.pending.removeFirst()
      }
      if let stream { return stream }
      try await wait().check("accept")
    }
  }

  /// Streams that nobody accepted are lost to those who opened them.
  public func close() {
    let (pending, acceptor) = state.withLock { state in
      state.isClosed = true
      defer { state.pending = [] }
      return (state.pending, state.acceptor.take())
    }
    transport.remove(self)
    for stream in pending { stream.close() }
    acceptor?.resume()
  }

  private func wait() async -> WaitSlot.Outcome {
    var early: WaitSlot.Outcome?
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        early = state.withLock { state in
          if state.isClosed || !state.pending.isEmpty { return .ready }
          return state.acceptor.park(continuation)
        }
        if early != nil { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.acceptor.take(.cancelled) }?.resume()
    }
    return early ?? state.withLock { $0.acceptor.outcome }
  }
}
