import PouchCore
import Synchronization

/// The connections of a listening or dialling end, and the limits on them.
final class ConnectionTable: Sendable {
  private struct Pending {
    var number: UInt64
    var stream: any ByteStream
    var isInitiator: Bool
    /// Its peer has introduced itself: it counts as a connection already.
    var hasPlace = false
  }

  private struct State {
    /// Streams whose handshakes are not complete, the oldest first.
    var pending: [Pending] = []
    /// Who waits for this side to stop, and then for the handshakes to end.
    var waiters: [Waiter] = []
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
  /// - Returns: A number for `establish` and `forget`; nil when no connection is wanted any more.
  func admit(_ stream: any ByteStream, isInitiator: Bool) -> UInt64? {
    var evicted: (any ByteStream)?
    let number = state.withLock { state -> UInt64? in
      guard !state.isClosing else { return nil }
      if state.pending.count >= limits.unauthenticated {
        evicted = state.pending.removeFirst().stream
      }
      state.count += 1
      state.pending.append(
        Pending(number: state.count, stream: stream, isInitiator: isInitiator))
      return state.count
    }
    evicted?.close()
    return number
  }

  /// Keeps a place for stream `number`, whose peer has introduced itself: of two that come at the
  /// same time for the last place, one is told before it is welcomed.
  ///
  /// - Returns: Why there is none, with what the peer is told; nil when there is one.
  func reserve(_ number: UInt64) -> PouchError? {
    state.withLock { state in
      if state.isClosing { return ConnectionTable.closing }
      let taken = state.established.count + state.pending.count { $0.hasPlace }
      guard taken < limits.connections else {
        return PouchError(
          .limitExceeded, "too many connections: the limit is \(limits.connections)",
          hint: "raise limits.connections"
        ).answered(by: .reject(.busy))
      }
      if let index = state.pending.firstIndex(where: { $0.number == number }) {
        state.pending[index].hasPlace = true
      }
      return nil
    }
  }

  private static var closing: PouchError {
    PouchError(.closed, "no connection is wanted any more: this side is about to stop")
      .answered(by: .reject(.closing))
  }

  /// Takes in the connection that stream `number`, which has a place, has become.
  ///
  /// - Throws: Why it is not taken; its stream is pending then, so that the peer can be told.
  func establish(_ number: UInt64, _ connection: any PeerConnection) throws(PouchError) {
    let isWanted = state.withLock { state -> Bool in
      guard !state.isClosing else { return false }
      state.established[ObjectIdentifier(connection)] = connection
      return true
    }
    guard isWanted else { throw ConnectionTable.closing }
    forget(number)
  }

  /// Stream `number` is pending no more.
  func forget(_ number: UInt64) {
    let waiters = state.withLock { state -> [Waiter] in
      state.pending.removeAll { $0.number == number }
      guard state.isClosing, state.pending.isEmpty else { return [] }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.fire(.success(())) }
  }

  func remove(_ connection: any PeerConnection) {
    state.withLock { _ = $0.established.removeValue(forKey: ObjectIdentifier(connection)) }
  }

  /// Ends every connection in good order. Peers that have come are told so by their handshakes.
  func beginClosing(code: String) {
    let dialled = stopAdmitting { $0.isInitiator }
    for stream in dialled.pending { stream.close() }
    for connection in dialled.established { connection.beginClosing(code: code) }
  }

  /// Ends every connection at once.
  func abort(_ error: PouchError) {
    let all = stopAdmitting { _ in true }
    for stream in all.pending { stream.close() }
    for connection in all.established { connection.abort(error) }
  }

  private func stopAdmitting(
    _ isWanted: (Pending) -> Bool
  ) -> (pending: [any ByteStream], established: [any PeerConnection]) {
    let (pending, established, waiters) = state.withLock { state in
      state.isClosing = true
      defer { state.waiters = [] }
      return (
        state.pending.filter(isWanted).map(\.stream), Array(state.established.values),
        state.waiters
      )
    }
    for waiter in waiters { waiter.fire(.success(())) }
    return (pending, established)
  }

  /// Waits until this side is to stop; then gives peers whose handshakes are under way a moment to
  /// be told so, and lets the others go.
  func dismissPending(after grace: Duration) async {
    if let waiter = waiter(while: { !$0.isClosing }) { try? await waiter.wait() }
    if let waiter = waiter(while: { !$0.pending.isEmpty }) {
      try? await withDeadline(grace, "ending handshakes") { () async throws(PouchError) in
        try await waiter.wait()
      }
    }
    for stream in stopAdmitting({ _ in true }).pending { stream.close() }
  }

  private func waiter(while isEarly: (State) -> Bool) -> Waiter? {
    state.withLock { state in
      guard isEarly(state) else { return nil }
      let waiter = Waiter()
      state.waiters.append(waiter)
      return waiter
    }
  }
}
