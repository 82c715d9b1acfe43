import PouchCore
import Synchronization

extension Length10Connection {
  var hasCredit: Bool {
    state.withLock { $0.reasonToRefuse == nil && !$0.isWriting }
  }

  func watchCredit(_ waiter: Waiter) -> Bool {
    state.withLock { state in
      guard !state.hasEnded, state.reasonToRefuse != nil || state.isWriting else { return false }
      state.pickers[ObjectIdentifier(waiter)] = waiter
      return true
    }
  }

  func forgetCredit(_ waiter: Waiter) {
    state.withLock { $0.pickers[ObjectIdentifier(waiter)] = nil }
  }

  /// With nothing acknowledged, what was written stays in flight.
  var summary: SenderSummary {
    state.withLock { state in
      var summary = SenderSummary()
      summary.accepted = state.accepted
      summary.undelivered = state.undelivered
      summary.inFlight = state.accepted - state.undelivered
      return summary
    }
  }

  var losses: SendingLosses {
    state.withLock { state in
      var losses = SendingLosses()
      losses.undelivered = state.undelivered
      if case .failure(let error) = state.outcome { losses.reason = error }
      return losses
    }
  }

  var reception: ReceiverSummary {
    state.withLock { state in
      var summary = ReceiverSummary()
      summary.begun = state.begun
      summary.handled = state.handled
      summary.refused = state.refused
      if state.outcome != nil { summary.incomplete = state.begun - state.handled - state.refused }
      return summary
    }
  }

  /// Writes an object, header and payload in one call unless it is large, and returns when the
  /// kernel has it.
  func send(
    _ payload: Bytes, attributes: Attributes, format: ObjectFormat
  ) async throws(PouchError) -> Receipt {
    try check(format, attributes)
    // A value in another format becomes a pickle.
    let payload =
      format == .pickle ? payload : try ObjectFormat.pickle.payload(for: format.value(of: payload))
    let header = try Length10.header(for: UInt64(payload.count))
    try await takeTurn()
    let id = begin()
    do throws(PouchError) {
      try await write([header, payload.prefix(Length10Connection.pieceSize)])
      var rest = payload.dropFirst(Length10Connection.pieceSize)
      while !rest.isEmpty {
        try await write([rest.prefix(Length10Connection.pieceSize)])
        rest = rest.dropFirst(Length10Connection.pieceSize)
      }
    } catch {
      throw giveUp(id, error)
    }
    passTurn()
    return Receipt(id: id, connection: nil)
  }

  /// There is no place for attributes in this framing, and so none for attachments.
  func send(
    parts: [Bytes], attributes: Attributes, format: ObjectFormat
  ) async throws(PouchError) -> Receipt {
    throw PouchError(
      .usage, "an object of the length10 framing has no attachments",
      hint: "put the buffers into the object", endpoint: info.endpoint)
  }

  func send(
    _ payload: Bytes, attachments: [Bytes], attributes: Attributes, format: ObjectFormat
  ) async throws(PouchError) -> Receipt {
    // Refused: `attributes` lists them.
    try await send(payload, attributes: attributes, format: format)
  }

  func send(
    attributes: Attributes, format: ObjectFormat,
    from source: (Int) async throws(PouchError) -> Bytes
  ) async throws(PouchError) -> Receipt {
    try check(format, attributes)
    guard format == .pickle, let size = attributes.size else {
      let whole = try await untilVain { news async throws(PouchError) in
        defer { state.withLock { $0.sources.remove(news, nil) } }
        return try await collect(source)
      }
      return try await send(whole, attributes: attributes, format: format)
    }
    return try await untilVain { news async throws(PouchError) in
      try await stream(size, until: news, source)
    }
  }

  /// Waits for a source in `body`, which is cancelled as soon as that is vain.
  ///
  /// - Parameter body: Is given what says so, and forgets it at its end.
  /// - Throws: What `body` throws, or why it was cancelled.
  private func untilVain<R: Sendable>(
    _ body: (_ news: Waiter) async throws(PouchError) -> R
  ) async throws(PouchError) -> R {
    let news = Waiter()
    try state.withLock { state -> Result<Void, PouchError> in
      if let reason = state.reasonToRefuse { return .failure(reason) }
      state.sources.insert(news)
      return .success(())
    }.get()
    return try await withCancellation(by: news) { () async throws(PouchError) in
      do throws(PouchError) {
        return try await body(news)
      } catch {
        // What was cancelled is not the cause; of an object that has begun it is told already.
        guard Task.isCancelled, error.objectID == nil else { throw error }
        throw state.withLock { $0.reasonToRefuse } ?? error
      }
    }
  }

  /// Sends what `source` yields behind the length that it was announced with, in constant memory.
  ///
  /// A piece is written when the next one is there: the last one only when it is known to be the
  /// last, so that an object which does not have its length never arrives whole.
  private func stream(
    _ size: UInt64, until news: Waiter, _ source: (Int) async throws(PouchError) -> Bytes
  ) async throws(PouchError) -> Receipt {
    var waiting = [try Length10.header(for: size)]
    var id: UInt64?
    defer { state.withLock { $0.sources.remove(news, id) } }
    var piece = try await nextPiece(Length10Connection.pieceSize, of: source)
    var left = size
    try await takeTurn()
    do throws(PouchError) {
      while true {
        guard UInt64(piece.count) <= left else { throw Length10Connection.wrongSize(size, "more") }
        left -= UInt64(piece.count)
        let next =
          piece.isEmpty
          ? piece : try await nextPiece(Length10Connection.pieceSize, of: source)
        if next.isEmpty, left > 0 { throw Length10Connection.wrongSize(size, "fewer") }
        if left == 0, !next.isEmpty { throw Length10Connection.wrongSize(size, "more") }
        if id == nil { id = try begin(news) }
        try await write(waiting + [piece])
        waiting = []
        if next.isEmpty { break }
        piece = next
      }
    } catch {
      if let id { throw giveUp(id, error) }
      passTurn()
      throw error
    }
    passTurn()
    return Receipt(id: id ?? 0, connection: nil)
  }

  /// Gathers an object whose length as a pickle nobody knows: the header comes first.
  private func collect(
    _ source: (Int) async throws(PouchError) -> Bytes
  ) async throws(PouchError) -> Bytes {
    var whole = ByteBuffer()
    while true {
      let piece = try await nextPiece(Length10Connection.pieceSize, of: source)
      if piece.isEmpty { return whole.freeze() }
      guard whole.count + piece.count <= limits.object else {
        throw PouchError(
          .limitExceeded,
          "an object of unknown size has more than \(limits.object) bytes; length10 needs the "
            + "length first",
          hint: "say the size in the attributes, or raise limits.object", endpoint: info.endpoint)
      }
      whole.append(piece)
    }
  }

  // MARK: Books

  /// Gives out the next number. Whoever has the turn calls it.
  private func begin() -> UInt64 {
    state.withLock { state in
      state.accepted += 1
      return state.accepted
    }
  }

  /// The same, for an object whose source is waited for.
  ///
  /// - Parameter news: Who waits beside that.
  /// - Throws: Why nothing can be sent any more.
  private func begin(_ news: Waiter) throws(PouchError) -> UInt64 {
    try state.withLock { state -> Result<UInt64, PouchError> in
      // What has made it vain may have come just now, behind the turn.
      if let reason = state.reasonToRefuse { return .failure(reason) }
      state.accepted += 1
      state.sources.begin(state.accepted, news)
      return .success(state.accepted)
    }.get()
  }

  /// Ends the connection in the middle of an object, of which the rest cannot be taken back.
  ///
  /// - Returns: Why.
  private func giveUp(_ id: UInt64, _ error: PouchError) -> PouchError {
    let cause = state.withLock { state -> PouchError? in
      state.undelivered += 1
      // What was cancelled when the connection ended is not the cause.
      guard Task.isCancelled, case .failure(let cause) = state.outcome else { return nil }
      return cause
    }
    let reason = cause ?? reason(for: error)
    abort(reason)
    return reason.at(endpoint: info.endpoint, objectID: id)
  }

  // MARK: Checks

  /// How much of a streamed object is asked for at a time, in bytes.
  static let pieceSize = Outbox.chunkSize

  private func check(_ format: ObjectFormat, _ attributes: Attributes) throws(PouchError) {
    guard attributes.attachments.isEmpty else {
      throw PouchError(
        .usage, "the framing length10 has no place for attachments",
        hint: "put them into the object, or send with the framing pouch", endpoint: info.endpoint)
    }
    guard ![.pickle, .cbor, .json].contains(format) else { return }
    throw PouchError(
      .usage, "the framing length10 carries pickles, and this object is \(format)",
      hint: "send a Codable value, or bytes that are a pickle in the format pickle",
      endpoint: info.endpoint)
  }

  private static func wrongSize(_ size: UInt64, _ what: String) -> PouchError {
    PouchError(
      .badData, "the object was announced with \(size) bytes and has \(what)",
      hint: "leave the size out, or do not change what is being sent")
  }
}
