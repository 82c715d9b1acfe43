internal import Pouch
internal import Synchronization

/// Brings the senders of several connections together for one task that uses them all, and keeps
/// their connections open until it has ended.
final class SenderGathering: Sendable {
  private struct State {
    var senders: [Int: Sender] = [:]
    var waiting: [AsyncStream<Void>.Continuation] = []
    var hasEnded = false
  }

  private let count: Int
  private let state = Mutex(State())
  private let complete: AsyncStream<Void>
  private let completion: AsyncStream<Void>.Continuation

  init(_ count: Int) {
    self.count = count
    (complete, completion) = AsyncStream.makeStream()
  }

  /// Adds the sender of a connection, and waits until it is not needed any more.
  func add(_ sender: Sender, _ connection: Int) async {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    let (isComplete, hasEnded) = state.withLock { state in
      state.senders[connection] = sender
      state.waiting.append(continuation)
      return (state.senders.count == count, state.hasEnded)
    }
    if isComplete { completion.finish() }
    if hasEnded { continuation.finish() }
    for await _ in stream {}
  }

  /// Waits for the senders of all connections.
  ///
  /// - Returns: The senders, in the order of their connections.
  /// - Throws: `CancellationError` when one of them will not come.
  func all() async throws -> [Sender] {
    for await _ in complete {}
    let senders = state.withLock { $0.senders }
    guard senders.count == count else { throw CancellationError() }
    return senders.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Lets all connections end.
  func end() {
    let waiting = state.withLock { state in
      state.hasEnded = true
      return state.waiting
    }
    for continuation in waiting { continuation.finish() }
  }
}
