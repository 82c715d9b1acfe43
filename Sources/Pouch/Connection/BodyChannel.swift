import PouchCore
import Synchronization

/// Carries the chunks of one object from the connection's reader to the object's handler, a few
/// at a time: a handler that does not keep up stops the reading.
final class BodyChannel: Sendable {
  private struct State {
    var chunks: [Bytes] = []
    /// What the chunks take, in bytes.
    var cost = 0
    var end: Result<Void, PouchError>?
    /// The handler has gone: what still comes is dropped.
    var isAbandoned = false
    var consumer: Waiter?

    /// - Returns: What the chunks took.
    mutating func dropAll() -> Int {
      defer { cost = 0 }
      chunks = []
      return cost
    }
  }

  /// What may wait for one handler, in bytes, before the reading stops.
  private static let depth = 1 << 20

  private let state = Mutex(State())
  private let backlog: Backlog

  /// - Parameter backlog: What waits in all channels of the connection.
  init(_ backlog: Backlog = Backlog()) {
    self.backlog = backlog
  }

  /// Hands over a chunk, and waits while too much is there.
  func push(_ chunk: Bytes) async throws(PouchError) {
    let chunk = BodyChannel.compact(chunk)
    let consumer = state.withLock { state -> Waiter? in
      guard !state.isAbandoned, state.end == nil else { return nil }
      state.chunks.append(chunk)
      state.cost += BodyChannel.cost(chunk)
      backlog.add(BodyChannel.cost(chunk))
      return state.consumer.take()
    }
    consumer?.fire(.success(()))
    while let waiter = backlog.waiter(while: { isFull }) { try await waiter.wait() }
  }

  private var isFull: Bool { state.withLock { $0.cost >= BodyChannel.depth } }

  /// What a chunk takes while it waits.
  private static func cost(_ chunk: Bytes) -> Int { chunk.count + 128 }

  /// A chunk in memory of its own where it would keep far more of the reader's alive.
  private static func compact(_ chunk: Bytes) -> Bytes {
    guard chunk.capacity / 4 > chunk.count else { return chunk }
    return chunk.withUnsafeBytes { Bytes(copying: $0) }
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
    let (consumer, dropped) = state.withLock { state -> (Waiter?, Int) in
      if state.end == nil { state.end = outcome }
      // What is there of an object that fails is not asked for any more.
      if case .failure = state.end { return (state.consumer.take(), state.dropAll()) }
      return (state.consumer.take(), 0)
    }
    consumer?.fire(.success(()))
    backlog.remove(dropped)
  }

  /// The next chunk; nil at the end of the object.
  func next() async throws(PouchError) -> Bytes? {
    while true {
      let step = state.withLock { state -> Step in
        if case .failure(let error) = state.end { return .ended(.failure(error)) }
        if !state.chunks.isEmpty {
          let chunk = state.chunks.removeFirst()
          state.cost -= BodyChannel.cost(chunk)
          return .chunk(chunk)
        }
        if let end = state.end { return .ended(end) }
        let waiter = Waiter()
        state.consumer = waiter
        return .wait(waiter)
      }
      switch step {
      case .chunk(let chunk):
        backlog.remove(BodyChannel.cost(chunk))
        return chunk
      case .ended(let outcome):
        try outcome.get()
        return nil
      case .wait(let waiter): try await waiter.wait()
      }
    }
  }

  private enum Step {
    case chunk(Bytes)
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
    let dropped = state.withLock { state -> Int in
      state.isAbandoned = true
      return state.dropAll()
    }
    backlog.remove(dropped)
  }
}

/// What waits in all channels of one connection, and the reader that waits for room.
final class Backlog: Sendable {
  private struct State {
    var bytes = 0
    var reader: Waiter?
  }

  /// What may wait for all handlers of a connection, in bytes, before the reading stops.
  private static let most = 16 << 20

  private let state = Mutex(State())

  func add(_ bytes: Int) { state.withLock { $0.bytes += bytes } }

  /// Takes bytes out, and lets the reader look again.
  func remove(_ bytes: Int) {
    guard bytes > 0 else { return }
    let reader = state.withLock { state -> Waiter? in
      state.bytes -= bytes
      return state.reader.take()
    }
    reader?.fire(.success(()))
  }

  /// What the reader has to wait for; nil when nothing is in its way.
  func waiter(while isFull: () -> Bool) -> Waiter? {
    state.withLock { state in
      guard state.bytes > Backlog.most || isFull() else { return nil }
      let waiter = Waiter()
      state.reader = waiter
      return waiter
    }
  }
}
