import PouchCore
import Synchronization

/// One object is written at a time. Whoever wants to write waits for a turn, in order.
extension Length10Connection {
  /// Waits until nobody else writes.
  ///
  /// - Throws: Why nothing can be sent any more; `.cancelled`.
  func takeTurn() async throws(PouchError) {
    let waiter = Waiter()
    let isMine = try state.withLock { state -> Result<Bool, PouchError> in
      if let reason = state.reasonToRefuse { return .failure(reason) }
      if !state.isWriting {
        state.isWriting = true
        return .success(true)
      }
      state.turns.append(waiter)
      return .success(false)
    }.get()
    if isMine { return }
    // Whoever has the turn before hands it over by firing.
    try await waiter.wait()
    guard let reason = state.withLock({ $0.reasonToRefuse }) else { return }
    passTurn()
    throw reason
  }

  /// Hands the turn to whoever waits longest.
  func passTurn() {
    while true {
      var ready: [Waiter] = []
      let next = state.withLock { state -> Waiter? in
        if state.turns.isEmpty {
          state.isWriting = false
          state.takePickers(into: &ready)
          return nil
        }
        return state.turns.removeFirst()
      }
      for waiter in ready { waiter.fire(.success(())) }
      // One that was cancelled is passed over.
      guard let next, !next.fire(.success(())) else { return }
    }
  }

  /// Notes under the lock what keeps others from sending, and waits until nobody writes.
  func waitForWriter(_ note: (inout State) -> Void) async {
    let waiter = Waiter()
    var ready: [Waiter] = []
    let isWriting = state.withLock { state -> Bool in
      note(&state)
      state.sources.takeThoseBefore(into: &ready)
      state.takePickers(into: &ready)
      guard state.isWriting, state.outcome == nil else { return false }
      state.turns.append(waiter)
      return true
    }
    for waiter in ready { waiter.fire(.success(())) }
    guard isWriting else { return }
    do throws(PouchError) { try await waiter.wait() } catch { return }
    passTurn()
  }
}

extension Length10Connection.State {
  /// Whether nothing will be taken any more.
  var hasEnded: Bool { outcome != nil || peerHasLeft }

  /// Moves those who wait for any of several connections to the end of `ready`.
  mutating func takePickers(into ready: inout [Waiter]) {
    ready += pickers.values
    pickers = [:]
  }

  /// Why nothing can be sent; nil when it can.
  var reasonToRefuse: PouchError? {
    if case .failure(let error) = outcome { return error }
    if peerHasLeft {
      return PouchError(
        .peerClosed, "the receiver has left",
        hint: "nothing says what it took: the framing length10 has no acknowledgements")
    }
    if outcome != nil { return Length10Connection.closedError }
    if isClosing { return PouchError(.closed, "the sender is closing") }
    return nil
  }
}
