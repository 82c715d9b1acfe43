import PouchCore
import Synchronization

/// The end that this side has decided on.
struct EndDecision: Sendable {
  var code: String
  var text: String?
  /// The time in which objects that had begun could be completed is over.
  var isOverdue = false
}

extension Connection {
  /// Begins to end the session in good order, without waiting for the end: no further object is
  /// sent or taken, those that have begun are completed within `timeouts.drain`, and CLOSE goes out
  /// behind them.
  func beginClosing(code: String, text: String? = nil) {
    closingFlag.store(true, ordering: .relaxed)
    var ready: [Waiter] = []
    let flusher = state.withLock { state -> UnsafeContinuation<Void, Never>? in
      if state.outcome == nil, state.decision == nil {
        state.decision = EndDecision(code: code, text: text)
        state.session.outbox.closeRoom()
        if state.session.role == .receiver { state.session.stopTaking() }
        // Whoever waits to send an object that has not begun waits in vain.
        state.waiting.takeSenders(into: &ready)
        state.waiting.takeSourcesBefore(into: &ready)
      }
      return state.idleFlusher.take()
    }
    for waiter in ready { waiter.fire(.success(())) }
    flusher?.resume()
    ending.fire(.success(()))
  }

  /// Sees to it that what either side has begun to end comes to its end.
  func watchEnd() async {
    do { try await ending.wait() } catch { return }
    var patience = EndPatience(drain: timeouts.drain, close: timeouts.close)
    var clock = AttentiveClock()
    while true {
      let verdict = patience.tick(clock.elapsed, endProgress())
      switch verdict {
      case .wait: break
      case .giveUpIncomplete: giveUpIncomplete()
      case .overdue(let stage):
        // What has come may not have been read yet.
        do { try await AttentiveClock.letOthersRead() } catch { return }
        if endProgress().stage == stage { return giveUp(stage) }
      }
      do { _ = try await clock.sleep(for: patience.interval) } catch { return }
    }
  }

  private func endProgress() -> EndPatience.Progress {
    let isListening = isListening.load(ordering: .relaxed)
    return state.withLock { state in
      let ledger = state.session.outbox.ledger
      return EndPatience.Progress(
        stage: state.endStage(isListening: isListening, acknowledge: agreement.acknowledge),
        settled: ledger.accepted - ledger.inFlight, written: state.writtenBytes)
    }
  }

  /// Lets go of the objects that have begun and are not complete, and tells the peer of each.
  private func giveUpIncomplete() {
    let limit = timeouts.drain
    let (channels, waiters, flusher) = state.withLock { state in
      state.decision?.isOverdue = true
      for id in state.session.outbox.ledger.incomplete { state.session.cancel(id) }
      let channels = state.giveUp(
        state.session.inbox.incompleteIDs,
        "the receiver has stopped, and waited \(limit) for the rest of the object")
      var waiters: [Waiter] = []
      state.waiting.takeSenders(into: &waiters)
      state.waiting.takeSources(into: &waiters)
      return (channels, waiters, state.idleFlusher.take())
    }
    for channel in channels {
      channel.fail(
        PouchError(.timedOut, "the rest of the object did not come within \(limit)"))
    }
    for waiter in waiters { waiter.fire(.success(())) }
    flusher?.resume()
  }

  /// Lets go of objects that do not go on, and tells the peer of each.
  func giveUpStalled(_ ids: [UInt64]) {
    guard !ids.isEmpty else { return }
    let limit = timeouts.body
    let (channels, flusher) = state.withLock { state in
      let channels = state.giveUp(ids, "nothing more of the object came for \(limit)")
      state.stalled += ids
      hasStalled.store(true, ordering: .relaxed)
      return (channels, state.idleFlusher.take())
    }
    for channel in channels {
      channel.fail(PouchError(.timedOut, "nothing more of the object came for \(limit)"))
    }
    flusher?.resume()
  }

  /// Ends the connection although somebody has not done what is due.
  private func giveUp(_ stage: EndPatience.Stage) {
    switch stage {
    case .unanswered where isEverythingAcknowledged:
      // The peer owed nothing but a word that brings no news.
      end(.success(()))
      stream.close()
    case .handling:
      abort(
        overdue("a handler was still busy \(timeouts.drain) after the order to stop", nil))
    case .unsettled where agreement.role == .receiver:
      abort(overdue("the sender read nothing more for \(timeouts.drain)", nil))
    case .unsettled:
      abort(
        overdue(
          "the receiver answered for nothing more within \(timeouts.drain) after the last object",
          "raise timeouts.drain when it needs longer for one object"))
    case .unanswered:
      abort(
        overdue(
          "the \(agreement.role.opposite) did not answer the end of the connection within "
            + "\(timeouts.close)", nil))
    case .open, .completing, .over: break
    }
  }

  private var isEverythingAcknowledged: Bool {
    agreement.role == .sender && agreement.acknowledge != .none && ledger.inFlight == 0
  }

  private func overdue(_ what: String, _ hint: String?) -> PouchError {
    PouchError(
      .timedOut, what, hint: hint, endpoint: info.endpoint, peer: info.peer.description)
  }
}

extension Connection.State {
  /// Whether objects that begin now are sent, or taken.
  var acceptsObjects: Bool { decision == nil && session.acceptsObjects }

  /// Whether an object has begun, in either direction, and is not complete.
  private var hasIncomplete: Bool {
    !session.outbox.ledger.incomplete.isEmpty || session.inbox.incompleteCount > 0
  }

  /// Refuses those of the objects that are incomplete still: the rest is not waited for.
  ///
  /// - Returns: What carried them to their handlers.
  fileprivate mutating func giveUp(_ ids: [UInt64], _ text: String) -> [BodyChannel] {
    let incomplete = ids.filter { session.inbox.isIncomplete($0) }
    for id in incomplete {
      session.refuse(id, Refusal(code: "incomplete", isRetryable: true, text: text))
      lost += 1
    }
    return incomplete.compactMap { channels.removeValue(forKey: $0) }
  }

  /// Queues what has become due since the last flush.
  mutating func prepareFlush() {
    if let decision, outcome == nil, !hasIncomplete, runningHandlers == 0 || decision.isOverdue {
      session.close(code: decision.code, text: decision.text)
    }
    session.prepareFlush()
  }

  /// What the end of the connection waits for.
  ///
  /// - Parameter isListening: Whether the reader waits for bytes, and not for a handler.
  func endStage(isListening: Bool, acknowledge: AcknowledgementLevel) -> EndPatience.Stage {
    if outcome != nil || isFlushed { return .over }
    if session.peerClosing != nil {
      // What is left is this side's: its handlers, which may take what they need unless it was
      // asked to stop, and its last bytes.
      let isHandling = !isListening || runningHandlers > 0 || !session.inbox.isSettled
      guard session.role == .receiver, isHandling else { return .unsettled }
      return decision == nil ? .open : .handling
    }
    guard decision != nil else { return .open }
    if hasIncomplete { return .completing }
    if session.role == .receiver {
      return !isListening || runningHandlers > 0 ? .handling : .unanswered
    }
    let isSettled = acknowledge != .none && session.outbox.ledger.inFlight == 0
    return isSettled && session.outbox.waiting == 0 ? .unanswered : .unsettled
  }
}
