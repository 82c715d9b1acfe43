import PouchCore
import Synchronization

/// The connections of a listening or dialling end, and the limits on them.
final class ConnectionTable: Sendable {
  private struct State {
    /// Streams whose handshakes are not complete, the oldest first.
    var pending: [(number: UInt64, stream: any ByteStream)] = []
    var established: [ObjectIdentifier: any PeerConnection] = [:]
    var count: UInt64 = 0
    var isClosing = false
  }

  private let state = Mutex(State())
  private let limits: Limits

  init(limits: Limits) {
    self.limits = limits
  }

  /// Takes a fresh stream in. When too many have not said who they are, the one that has kept
  /// silent longest makes room: a flood of silent peers does not keep others out.
  ///
  /// - Returns: A number for `settle`; nil when there are too many connections, or none is wanted.
  func admit(_ stream: any ByteStream) -> UInt64? {
    var evicted: (any ByteStream)?
    let number = state.withLock { state -> UInt64? in
      guard !state.isClosing else { return nil }
      guard state.established.count < limits.connections else { return nil }
      if state.pending.count >= limits.unauthenticated {
        evicted = state.pending.removeFirst().stream
      }
      state.count += 1
      state.pending.append((state.count, stream))
      return state.count
    }
    evicted?.close()
    return number
  }

  /// The handshake of stream `number` is over: it has become `connection`, or nothing.
  ///
  /// - Returns: false when no connection is wanted any more.
  @discardableResult
  func settle(_ number: UInt64, _ connection: (any PeerConnection)?) -> Bool {
    state.withLock { state in
      state.pending.removeAll { $0.number == number }
      guard !state.isClosing else { return false }
      if let connection { state.established[ObjectIdentifier(connection)] = connection }
      return true
    }
  }

  func remove(_ connection: any PeerConnection) {
    state.withLock { _ = $0.established.removeValue(forKey: ObjectIdentifier(connection)) }
  }

  /// Lets go of what is pending, and ends every connection in good order.
  func beginClosing(code: String) {
    let (pending, established) = state.withLock {
      state -> ([any ByteStream], [any PeerConnection]) in
      state.isClosing = true
      return (state.pending.map(\.stream), Array(state.established.values))
    }
    for stream in pending { stream.close() }
    for connection in established { connection.beginClosing(code: code) }
  }

  /// Ends every connection at once.
  func abort(_ error: PouchError) {
    let (pending, established) = state.withLock {
      state -> ([any ByteStream], [any PeerConnection]) in
      state.isClosing = true
      return (state.pending.map(\.stream), Array(state.established.values))
    }
    for stream in pending { stream.close() }
    for connection in established { connection.abort(error) }
  }
}
