import PouchCore
import Synchronization

/// Carries the chunks of one object from the connection's reader to the object's handler, a few
/// at a time: a handler that does not keep up stops the reading.
final class BodyChannel: Sendable {
  private struct State {
    var chunks: [Bytes] = []
    var end: Result<Void, PouchError>?
    /// The handler has gone: what still comes is dropped.
    var isAbandoned = false
    var consumer: Waiter?
    var producer: Waiter?
  }

  /// Chunks that may wait for the handler.
  private static let depth = 4

  private let state = Mutex(State())

  /// Hands over a chunk, and waits while too many are there.
  func push(_ chunk: Bytes) async throws(PouchError) {
    let (consumer, waiter) = state.withLock { state -> (Waiter?, Waiter?) in
      guard !state.isAbandoned, state.end == nil else { return (nil, nil) }
      state.chunks.append(chunk)
      var waiter: Waiter?
      if state.chunks.count >= BodyChannel.depth {
        waiter = Waiter()
        state.producer = waiter
      }
      return (state.consumer.take(), waiter)
    }
    consumer?.fire(.success(()))
    try await waiter?.wait()
  }

  /// Whether nothing more will be pushed.
  var hasEnded: Bool { state.withLock { $0.end != nil } }

  /// Whether the rest did not come.
  var hasFailed: Bool {
    state.withLock { state in
      if case .failure = state.end { true } else { false }
    }
  }

  /// Says that the object is complete.
  func finish() { end(.success(())) }

  /// Says that the rest of the object will not come.
  func fail(_ error: PouchError) { end(.failure(error)) }

  private func end(_ outcome: Result<Void, PouchError>) {
    let (consumer, producer) = state.withLock { state -> (Waiter?, Waiter?) in
      if state.end == nil { state.end = outcome }
      return (state.consumer.take(), state.producer.take())
    }
    consumer?.fire(.success(()))
    producer?.fire(.success(()))
  }

  /// The next chunk; nil at the end of the object.
  func next() async throws(PouchError) -> Bytes? {
    while true {
      let step = state.withLock { state -> Step in
        if case .failure(let error) = state.end { return .ended(.failure(error)) }
        if !state.chunks.isEmpty {
          return .chunk(state.chunks.removeFirst(), state.producer.take())
        }
        if let end = state.end { return .ended(end) }
        let waiter = Waiter()
        state.consumer = waiter
        return .wait(waiter)
      }
      switch step {
      case .chunk(let chunk, let producer):
        producer?.fire(.success(()))
        return chunk
      case .ended(let outcome):
        try outcome.get()
        return nil
      case .wait(let waiter): try await waiter.wait()
      }
    }
  }

  private enum Step {
    case chunk(Bytes, Waiter?)
    case ended(Result<Void, PouchError>)
    case wait(Waiter)
  }

  /// Drops what is there and what will come, and waits until the object has ended.
  ///
  /// - Throws: When the rest did not come.
  func drain() async throws(PouchError) {
    while try await next() != nil {}
  }

  /// Lets the reader go on without anybody to read.
  func abandon() {
    let producer = state.withLock { state -> Waiter? in
      state.isAbandoned = true
      state.chunks = []
      return state.producer.take()
    }
    producer?.fire(.success(()))
  }
}
