import PouchCore

/// Objects that come in pieces.
extension Connection {
  /// Accepts an object that `source` yields in pieces, none longer than it is told; an empty one
  /// ends it. Memory stays constant: the next piece is asked for when there is room.
  ///
  /// A piece is sent when it is there. While the next one is waited for, the receiver may refuse
  /// the object, or the connection may end: then the source is cancelled, as a task is, and the
  /// reason is thrown once it has returned.
  ///
  /// - Parameter size: The size of the whole object in bytes, when it is known.
  /// - Throws: What the source throws, after the receiver was told that the object will not be
  ///   completed; the receiver's refusal, when that comes first.
  func sendChunked(
    format: ObjectFormat, attributes: Bytes?, size: UInt64? = nil,
    _ source: (Int) async throws(PouchError) -> Bytes
  ) async throws(PouchError) -> UInt64 {
    let news = try state.withLock { state -> Result<Waiter, PouchError> in
      if let reason = state.reasonToRefuse() { return .failure(place(reason)) }
      return .success(state.waiting.waitBesideSource())
    }.get()
    return try await withCancellation(by: news) { () async throws(PouchError) in
      try await sendPieces(format: format, attributes: attributes, size: size, until: news) {
        longest async throws(PouchError) in try await nextPiece(longest, of: source)
      }
    }
  }

  /// Accepts an object that `source` yields in pieces.
  ///
  /// - Parameters:
  ///   - size: The size of the whole object in bytes, when it is known. The last piece is then sent
  ///     as the last one; else an empty one follows it.
  ///   - news: To be fired when it is vain to wait for the source.
  /// - Throws: As `sendChunked`.
  func sendPieces(
    format: ObjectFormat, attributes: Bytes?, size: UInt64?, until news: Waiter? = nil,
    _ source: (Int) async throws(PouchError) -> Bytes
  ) async throws(PouchError) -> UInt64 {
    var id: UInt64?
    defer { if let news { state.withLock { $0.waiting.forget(news, id) } } }
    do throws(PouchError) {
      if let size { try check(size: size) }
      let longest = try longestPayload(beside: nil)
      let first = try await source(longestPayload(beside: attributes))
      var place = SourcePlace(size: size)
      try place.advance(first)
      try check(size: place.offset)
      if try await place.isAtEnd(behind: first, longest, source) {
        return try await accept { state in
          state.session.outbox.appendWhole(first, format: format, attributes: attributes)
        } length: {
          first.count
        }
      }
      let begun = try await accept(inChunks: true) { state in
        let id = state.session.outbox.beginChunked(first, format: format, attributes: attributes)
        if let news { state.waiting.begin(id, news) }
        return id
      } length: {
        0
      }
      id = begun
      defer { admitChunked() }
      var isLast = false
      while !isLast {
        var chunkAttributes = Attributes()
        chunkAttributes.offset = place.offset
        let chunk = try await source(longest)
        try place.advance(chunk)
        try check(size: place.offset)
        isLast = try await place.isAtEnd(behind: chunk, longest, source)
        let encoded = try chunkAttributes.encoded()
        _ = try await accept(continuing: begun) { state in
          state.session.outbox.continueChunked(
            begun, chunk, format: format, isLast: isLast, attributes: encoded)
          return begun
        } length: {
          0
        }
      }
      return begun
    } catch {
      throw giveUp(id, error)
    }
  }

  /// Lets those go on who wait to begin an object in chunks, where one more may.
  private func admitChunked() {
    var ready: [Waiter] = []
    state.withLock { state in
      if state.session.outbox.hasRoomForChunks { state.waiting.takeIncomplete(into: &ready) }
    }
    for waiter in ready { waiter.fire(.success(())) }
  }

  /// Gives up an object of which the rest will not come.
  ///
  /// - Parameters:
  ///   - id: Its number; nil when it has not begun.
  ///   - error: What has come up.
  /// - Returns: Why.
  private func giveUp(_ id: UInt64?, _ error: PouchError) -> PouchError {
    let (flusher, refusal, obstacle) = state.withLock { state in
      // The receiver's word may have come while the source was waited for.
      let refusal = id.flatMap { state.refusals.report($0) }
      let obstacle = state.reasonToRefuse(continuing: id)
      if let id, state.outcome == nil { state.session.cancel(id) }
      return (state.idleFlusher.take(), refusal, obstacle)
    }
    flusher?.resume()
    guard let id else {
      return Task.isCancelled ? obstacle.map(place) ?? error : error
    }
    if let refusal { return Connection.error(for: refusal, id) }
    // What was cancelled is not the cause.
    let reason = Task.isCancelled ? obstacle.map(place) ?? error : error
    return reason.at(objectID: id)
  }
}

/// How far an object has come that a source yields.
private struct SourcePlace {
  /// The size of the whole object, when it is known.
  let size: UInt64?
  private(set) var offset: UInt64 = 0

  init(size: UInt64?) { self.size = size }

  /// Books a piece.
  ///
  /// - Throws: `.usage` when the object is larger than it was said to be, or ends before.
  mutating func advance(_ piece: Bytes) throws(PouchError) {
    offset += UInt64(piece.count)
    try Attributes.check(size: size, of: offset, isWhole: piece.isEmpty)
  }

  /// Whether `piece` is the last one: there is nothing in it, or it completes the size that is
  /// known, and nothing is behind it.
  ///
  /// - Throws: `.usage` when something is; what the source throws.
  func isAtEnd(
    behind piece: Bytes, _ longest: Int, _ source: (Int) async throws(PouchError) -> Bytes
  ) async throws(PouchError) -> Bool {
    if piece.isEmpty { return true }
    guard offset == size else { return false }
    let rest = try await source(longest)
    try Attributes.check(size: size, of: offset + UInt64(rest.count), isWhole: true)
    return true
  }
}
