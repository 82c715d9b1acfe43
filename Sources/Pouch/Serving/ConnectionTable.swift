import PouchCore
import PouchSockets
import Synchronization

/// The connections of a listening or dialling end, and the limits on them.
final class ConnectionTable: Sendable {
  private struct Pending {
    var stream: any ByteStream
    var isInitiator: Bool
    /// Its peer has introduced itself: it counts as a connection already.
    var hasPlace = false
    /// In which stage of the handshake it had to make room.
    var displaced: HandshakeStage?
  }

  private struct State {
    /// Streams whose handshakes are not complete.
    var pending: [UInt64: Pending] = [:]
    /// The places of those among them that were accepted and have not introduced themselves.
    var places: HandshakePlaces
    /// How many of them have a place among the connections.
    var reserved = 0
    /// How many have lost their places, and have not ended yet.
    var ending = 0
    /// Who waits for there to be fewer of those.
    var pacing: [Waiter] = []
    /// Who waits for this side to stop, and then for the handshakes to end.
    var waiters: [Waiter] = []
    var established: [ObjectIdentifier: any PeerConnection] = [:]
    var count: UInt64 = 0
    var isClosing = false
    var aftermath: Aftermath

    /// Notes the end of `stream`, which was number `number`.
    ///
    /// - Returns: Who has waited for it.
    mutating func end(_ number: UInt64, _ stream: Pending?) -> [Waiter] {
      places.leave(number)
      if stream?.hasPlace == true { reserved -= 1 }
      guard isClosing, pending.isEmpty else { return [] }
      defer { waiters = [] }
      return waiters
    }

    /// - Returns: The connection `number`, which has lost its place.
    mutating func displace(_ number: UInt64?, _ stage: HandshakeStage) -> Displaced? {
      guard let number, let stream = pending[number]?.stream else { return nil }
      pending[number]?.displaced = stage
      ending += 1
      return Displaced(number: number, stream: stream)
    }
  }

  /// A connection that has lost its place, and is to be closed.
  private struct Displaced {
    var number: UInt64
    var stream: any ByteStream
  }

  private let state: Mutex<State>
  private let limits: Limits
  /// How many accepted streams may be silent.
  private let silent: Int
  private let memory: ProcessMemory

  /// - Parameter memory: What connections that have ended leave behind.
  init(limits: Limits, memory: ProcessMemory = .real) {
    self.limits = limits
    self.memory = memory
    silent = min(limits.silent, max(1, DescriptorLimit.current / 4))
    state = Mutex(
      State(
        places: HandshakePlaces(silent: silent, begun: limits.unauthenticated),
        aftermath: Aftermath(resident: memory.resident())))
  }

  /// Takes a fresh stream in. One that was accepted may cost another one, which has come no further,
  /// its place (`HandshakePlaces`).
  ///
  /// - Returns: A number for `establish` and `forget`; nil when no connection is wanted any more.
  func admit(_ stream: any ByteStream, isInitiator: Bool) -> UInt64? {
    let source = isInitiator ? nil : PeerOrigin(stream.peer)
    let (number, displaced) = state.withLock { state -> (UInt64?, Displaced?) in
      guard !state.isClosing else { return (nil, nil) }
      state.count += 1
      state.pending[state.count] = Pending(stream: stream, isInitiator: isInitiator)
      if isInitiator { return (state.count, nil) }
      let victim = state.places.arrive(state.count, from: source)
      return (state.count, state.displace(victim, .silent))
    }
    if let displaced { dismiss(silent: displaced) }
    return number
  }

  /// Closes a connection that has said nothing, or rather, of which nothing was read: on a busy
  /// machine its first bytes may be waiting, and then it counts as one that has spoken.
  private func dismiss(silent displaced: Displaced) {
    guard (displaced.stream as? any PeekableStream)?.hasBytesWaiting == true else {
      return displaced.stream.close()
    }
    let source = PeerOrigin(displaced.stream.peer)
    let other = state.withLock { state -> Displaced? in
      // It may have gone meanwhile.
      guard state.pending[displaced.number] != nil else { return nil }
      state.pending[displaced.number]?.displaced = nil
      state.ending -= 1
      let victim = state.places.readmit(displaced.number, from: source)
      return state.displace(victim, .spoken)
    }
    other?.stream.close()
  }

  /// How many that have lost their places may be ending before no more are accepted: on a busy
  /// machine they would pile up.
  private static let mostEnding = 256

  /// Waits while more than enough connections that have lost their places are still ending.
  func catchUp() async {
    let waiter = state.withLock { state -> Waiter? in
      guard state.ending > ConnectionTable.mostEnding else { return nil }
      let waiter = Waiter()
      state.pacing.append(waiter)
      return waiter
    }
    try? await waiter?.wait()
  }

  /// Whether somebody waits in `catchUp`.
  var isBehind: Bool { state.withLock { !$0.pacing.isEmpty } }

  /// How many accepted streams are in `stage` of their handshakes.
  func count(in stage: HandshakeStage) -> Int { state.withLock { $0.places.count(in: stage) } }

  /// Notes how far the peer of stream `number` has come.
  func advance(_ number: UInt64, to stage: HandshakeStage) {
    let displaced = state.withLock { state in
      let victim = state.places.advance(number, to: stage)
      return state.displace(victim, stage)
    }
    displaced?.stream.close()
  }

  /// Closes some of those that say nothing, because descriptors have run out.
  func yieldSilent() {
    let displaced = state.withLock { state in
      let victims = state.places.yieldSilent()
      return victims.compactMap { state.displace($0, .silent) }
    }
    for connection in displaced { dismiss(silent: connection) }
  }

  /// Keeps a place for stream `number`, whose peer has introduced itself: of two that come at the
  /// same time for the last place, one is told before it is welcomed.
  ///
  /// - Returns: Why there is none, with what the peer is told; nil when there is one.
  func reserve(_ number: UInt64) -> PouchError? {
    state.withLock { state in
      if state.isClosing { return ConnectionTable.closing }
      guard state.established.count + state.reserved < limits.connections else {
        return PouchError(
          .limitExceeded, "too many connections: the limit is \(limits.connections)",
          hint: "raise limits.connections"
        ).answered(by: .reject(.busy))
      }
      if state.pending[number]?.hasPlace == false {
        state.pending[number]?.hasPlace = true
        state.reserved += 1
        state.places.leave(number)
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
    _ = leavePending(number, hasEnded: false)
  }

  /// Stream `number` is pending no more, and has ended unless it was established.
  ///
  /// - Returns: Why this side has closed it; nil unless it had to make room.
  @discardableResult
  func forget(_ number: UInt64) -> PouchError? {
    leavePending(number, hasEnded: true).map(displacement)
  }

  /// - Returns: At which stage it has lost its place; nil when it has not.
  private func leavePending(_ number: UInt64, hasEnded: Bool) -> HandshakeStage? {
    let (waiters, displaced, mustWatch) = state.withLock {
      state -> ([Waiter], HandshakeStage?, Bool) in
      let stream = state.pending.removeValue(forKey: number)
      var waiters = state.end(number, stream)
      if stream?.displaced != nil {
        state.ending -= 1
        if state.ending <= ConnectionTable.mostEnding / 2 {
          waiters += state.pacing
          state.pacing = []
        }
      }
      let mustWatch = hasEnded && stream != nil && state.aftermath.noteEnd()
      return (waiters, stream?.displaced, mustWatch)
    }
    for waiter in waiters { waiter.fire(.success(())) }
    if mustWatch { watchAftermath() }
    return displaced
  }

  /// On no loop of the reactor: other connections go on meanwhile.
  private func watchAftermath() {
    Task.detached(priority: .background) { [weak self] in
      while true {
        try? await Task.sleep(for: Aftermath.calm)
        guard let self else { return }
        let resident = self.memory.resident()
        switch self.state.withLock({ $0.aftermath.nextStep(resident: resident) }) {
        case .again: continue
        case .giveBack:
          self.memory.giveBack()
          let left = self.memory.resident()
          return self.state.withLock { $0.aftermath.gaveBack(resident: left) }
        case .rest: return
        }
      }
    }
  }

  private func displacement(_ stage: HandshakeStage) -> PouchError {
    if stage == .silent {
      return PouchError(
        .limitExceeded,
        "a peer that had said nothing made room for others: \(silent) may be silent",
        hint: "raise limits.silent, and the number of files that the process may open")
    }
    return PouchError(
      .limitExceeded,
      "a peer made room for others in its handshake: \(limits.unauthenticated) may be at one step",
      hint: "raise limits.unauthenticated")
  }

  func remove(_ connection: any PeerConnection) {
    let mustWatch = state.withLock { state in
      let known = state.established.removeValue(forKey: ObjectIdentifier(connection))
      return known != nil && state.aftermath.noteEnd()
    }
    if mustWatch { watchAftermath() }
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
        state.pending.values.filter(isWanted).map(\.stream), Array(state.established.values),
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
