import PouchCore
import Synchronization

extension Connection: PeerConnection {
  func beginClosing(code: String) {
    beginClosing(code: code, text: nil)
  }

  var hasEnded: Bool { state.withLock { $0.outcome != nil } }

  var endReason: PouchError? {
    guard case .failure(let error) = state.withLock({ $0.outcome }) else { return nil }
    return place(error)
  }

  var hasCredit: Bool { state.withLock { $0.hasCredit } }

  func watchCredit(_ waiter: Waiter) -> Bool {
    state.withLock { state in
      guard state.outcome == nil, !state.hasCredit else { return false }
      state.waiting.pick(waiter)
      return true
    }
  }

  func forgetCredit(_ waiter: Waiter) { state.withLock { $0.waiting.unpick(waiter) } }

  var summary: SenderSummary {
    state.withLock { state in
      SenderSummary(
        state.session.outbox.ledger, hasEnded: state.outcome != nil,
        acknowledges: agreement.acknowledge != .none, written: state.writtenThrough)
    }
  }

  var losses: SendingLosses {
    let summary = summary
    return state.withLock { state in
      var losses = SendingLosses()
      // Whoever gave an object up knows it.
      losses.undelivered = summary.undelivered - state.session.outbox.ledger.cancelled
      losses.refused = state.refusals.unreported
      losses.refusal = state.refusals.first.map { place(Connection.error(for: $1, $0)) }
      if losses.undelivered > 0, let outcome = state.outcome {
        losses.reason = place(state.errorAfter(outcome))
      }
      return losses
    }
  }

  /// What came whole and was not handed over before this side stopped was not taken, and is in no
  /// book but its sender's.
  var reception: ReceiverSummary {
    state.withLock { state in
      let inbox = state.session.inbox
      let settled = inbox.settled.count
      let open = UInt64(inbox.incompleteCount)
      var summary = ReceiverSummary()
      let isOver = state.outcome != nil || state.decision != nil
      summary.begun = isOver ? settled + open : inbox.highest
      summary.refused = state.refused
      summary.cancelled = state.cancelled
      summary.incomplete = state.lost + (state.outcome == nil ? 0 : open)
      let others = summary.refused + summary.cancelled + state.lost
      summary.handled = settled - min(settled, others)
      return summary
    }
  }

  func send(
    _ payload: Bytes, attributes: Attributes, format: ObjectFormat
  ) async throws(PouchError) -> Receipt {
    var attributes = attributes
    if payload.count > Outbox.wholeLimit || !attributes.attachments.isEmpty {
      attributes.size = UInt64(payload.count)
    }
    try Attributes.check(size: attributes.size, of: UInt64(payload.count), isWhole: true)
    try attributes.checkAttachmentsToSend()
    let id = try await send(payload, format: format, attributes: attributes.encoded())
    return Receipt(id: id, connection: self)
  }

  func send(
    parts: [Bytes], attributes: Attributes, format: ObjectFormat
  ) async throws(PouchError) -> Receipt {
    let total = parts.reduce(0) { $0 + UInt64($1.count) }
    try Attributes.check(size: attributes.size, of: total, isWhole: true)
    let id = try await send(parts: parts, format: format, attributes: attributes.encoded())
    return Receipt(id: id, connection: self)
  }

  func send(
    attributes: Attributes, format: ObjectFormat,
    from source: (Int) async throws(PouchError) -> Bytes
  ) async throws(PouchError) -> Receipt {
    try attributes.checkAttachmentsToSend()
    let id = try await sendChunked(
      format: format, attributes: attributes.encoded(), size: attributes.size, source)
    return Receipt(id: id, connection: self)
  }
}

extension Connection.State {
  fileprivate var hasCredit: Bool {
    outcome == nil && acceptsObjects && session.outbox.obstacle(0) == nil
  }
}
