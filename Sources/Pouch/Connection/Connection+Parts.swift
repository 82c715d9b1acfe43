import PouchCore
import Synchronization

extension Connection {
  func send(
    _ payload: Bytes, attachments: [Bytes], attributes: Attributes, format: ObjectFormat
  ) async throws(PouchError) -> Receipt {
    let id = try await send(
      parts: [payload] + attachments, format: format, attributes: attributes.encoded())
    return Receipt(id: id, connection: self)
  }

  /// Accepts an object whose bytes stand in several places, one behind the other; what is large is
  /// not copied.
  func send(
    parts: [Bytes], format: ObjectFormat, attributes: Bytes?
  ) async throws(PouchError) -> UInt64 {
    let total = parts.reduce(0) { $0 + $1.count }
    try check(size: UInt64(total))
    var pieces = Pieces(parts)
    if total > (try longestPayload(beside: attributes, whole: true)) {
      return try await sendPieces(format: format, attributes: attributes, size: UInt64(total)) {
        pieces.next($0)
      }
    }
    let all = pieces.all()
    guard all.count > 1, let first = all.first else {
      return try await send(all.first ?? Bytes(), format: format, attributes: attributes)
    }
    return try await accept { state in
      state.session.outbox.appendWhole(
        first, further: Array(all.dropFirst()), format: format, attributes: attributes)
    } length: {
      total
    }
  }

  /// The most payload bytes that a frame may carry beside `attributes`.
  ///
  /// - Throws: `.limitExceeded` when not even the attributes fit.
  func longestPayload(
    beside attributes: Bytes?, whole: Bool = false
  ) throws(PouchError) -> Int {
    let longest = state.withLock {
      $0.session.outbox.longestPayload(beside: attributes, whole: whole)
    }
    guard longest > 0 else {
      throw PouchError(
        .limitExceeded,
        "the attributes take \(attributes?.count ?? 0) bytes, more than the receiver's frames hold",
        hint: "raise limits.frame at the receiver, or move large headers into the object",
        endpoint: info.endpoint)
    }
    return longest
  }
}
