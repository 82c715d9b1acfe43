import PouchCore
import Synchronization

extension Connection {
  /// Whether this side takes no more objects.
  var isClosing: Bool { closingFlag.load(ordering: .relaxed) }

  /// Refuses one object, and tells its sender and the receiver's owner.
  func refuse(_ object: RefusedObject, _ refusal: Refusal) {
    let flusher = state.withLock { state -> UnsafeContinuation<Void, Never>? in
      if state.outcome == nil {
        if state.session.refuse(object.id, refusal) { state.refused += 1 }
        noteReplies(&state)
      }
      return state.idleFlusher.take()
    }
    flusher?.resume()
    policy.onRefusal?(info, object, refusal)
  }

  /// Runs a handler of a streamed object beside the reader, and books the object when both the
  /// handler has returned and the object has arrived whole.
  func run(
    _ handler: @Sendable (StreamedDelivery) async throws -> Void, _ delivery: StreamedDelivery,
    _ channel: BodyChannel
  ) async {
    do {
      try await handler(delivery)
      try await channel.drain()
      let isSettledEarly = agreement.acknowledge == .received
      state.withLock { state in
        if !isSettledEarly { state.session.settle(delivery.id...delivery.id) }
      }
    } catch let fault as ConnectionFault {
      channel.abandon()
      await expel(fault.error)
    } catch {
      state.withLock { _ = $0.channels.removeValue(forKey: delivery.id) }
      channel.abandon()
      let refusal = Refusal(handlerError: error)
      if !channel.hasFailed {
        refuse(RefusedObject(delivery), refusal)
      } else if error is Refusal {
        // The rest does not come, and the sender is told nothing; the handler had refused it before.
        policy.onRefusal?(info, RefusedObject(delivery), refusal)
      }
    }
    let (flusher, reader) = state.withLock { state in
      state.runningHandlers -= 1
      return (state.idleFlusher.take(), state.readerBehindHandlers.take())
    }
    flusher?.resume()
    reader?.fire(.success(()))
  }

  /// Counts one more handler that runs beside the reader, once there are few enough.
  func awaitHandlers() async throws(PouchError) {
    while true {
      let waiter = state.withLock { state -> Waiter? in
        guard state.runningHandlers >= Connection.mostHandlers, state.outcome == nil else {
          state.runningHandlers += 1
          return nil
        }
        let waiter = Waiter()
        state.readerBehindHandlers = waiter
        return waiter
      }
      guard let waiter else { return }
      try await waiter.wait()
    }
  }

  /// The objects that have been given up since this was asked before.
  func takeStalled() -> [UInt64] {
    state.withLock { state in
      hasStalled.store(false, ordering: .relaxed)
      defer { state.stalled = [] }
      return state.stalled
    }
  }

  // MARK: Replies

  /// Notes whether the peer has this side queue more than it reads; under the lock.
  func noteReplies(_ state: inout State) {
    let hasTooMany = state.session.outbox.hasTooManyReplies
    if hasTooMany { hasTooManyReplies.store(true, ordering: .relaxed) }
  }

  /// Whether the peer has to read replies before this side reads more. Only a refusal can change
  /// that while objects are handed over.
  var mustAwaitReplies: Bool { hasTooManyReplies.load(ordering: .relaxed) }

  /// Waits while the peer does not read the replies that wait for it: who does not listen is not
  /// listened to. That is what bounds them.
  ///
  /// - Throws: `.limitExceeded` when that takes longer than a frame may.
  func awaitReplies() async throws(PouchError) {
    guard mustAwaitReplies else { return }
    wakeFlusher()
    let waiter = state.withLock { state -> Waiter? in
      guard state.session.outbox.hasTooManyReplies, state.outcome == nil else {
        hasTooManyReplies.store(false, ordering: .relaxed)
        return nil
      }
      return state.waiting.waitForReplies()
    }
    guard let waiter else { return }
    do throws(PouchError) {
      try await withDeadline(timeouts.body, "reading replies") { () async throws(PouchError) in
        try await waiter.wait()
      }
    } catch  where error.code == .timedOut {
      throw PouchError(
        .limitExceeded,
        "the peer does not read: more than \(Outbox.mostReplies) bytes of replies wait for it",
        hint: "what was not acknowledged was not delivered; send it again")
    }
  }
}
