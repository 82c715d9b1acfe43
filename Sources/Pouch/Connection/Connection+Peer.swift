import PouchCore
import Synchronization

extension Connection: PeerConnection {
  func beginClosing(code: String) {
    beginClosing(code: code, text: nil)
  }

  var hasEnded: Bool { state.withLock { $0.outcome != nil } }

  var hasCredit: Bool {
    state.withLock { state in
      state.outcome == nil && state.session.acceptsObjects
        && state.session.outbox.obstacle(0) == nil
    }
  }

  var summary: SenderSummary {
    let (ledger, hasEnded) = state.withLock { ($0.session.outbox.ledger, $0.outcome != nil) }
    return SenderSummary(
      ledger, hasEnded: hasEnded, acknowledges: agreement.acknowledge != .none)
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
      format: format, attributes: attributes.encoded(), expectedSize: attributes.size, source)
    return Receipt(id: id, connection: self)
  }
}
