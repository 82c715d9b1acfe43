import PouchCore
import Synchronization

extension Connection {
  /// What became of an attempt to accept an object.
  enum Acceptance {
    case accepted(UInt64, UnsafeContinuation<Void, Never>?)
    case noRoom(Waiter)
    case failed(PouchError)
  }

  /// Accepts a small object without waiting.
  ///
  /// - Returns: The object's id; 0 when something is in the way, which `send` finds out.
  @inline(never)
  func trySend(copying payload: UnsafeRawBufferPointer, format: ObjectFormat) -> UInt64 {
    let (id, flusher) = state.withLock { state -> (UInt64, UnsafeContinuation<Void, Never>?) in
      let id = state.accept(copying: payload, format: format)
      guard id != 0, state.idleFlusher != nil else { return (id, nil) }
      return (id, state.idleFlusher.take())
    }
    flusher?.resume()
    return id
  }

  /// Accepts small objects, one after the other, under one lock.
  ///
  /// - Parameter body: Calls its argument with each; it returns false for one that has no room,
  ///   which ends the matter. No code but the library's may run in here.
  /// - Returns: The ids that were given out; nil when there was no room for any.
  @inline(__always)
  func trySend(
    format: ObjectFormat, _ body: (_ accept: (UnsafeRawBufferPointer) -> Bool) -> Void
  ) -> ClosedRange<UInt64>? {
    let (ids, flusher) = state.withLock {
      state -> (ClosedRange<UInt64>?, UnsafeContinuation<Void, Never>?) in
      var first: UInt64 = 0
      var last: UInt64 = 0
      body { payload in
        let id = state.accept(copying: payload, format: format)
        if id != 0 { last = id }
        if first == 0 { first = id }
        return id != 0
      }
      return first == 0 ? (nil, nil) : (first...last, state.idleFlusher.take())
    }
    flusher?.resume()
    return ids
  }

  /// Accepts a small object as soon as there is room.
  ///
  /// - Returns: nil when the object is not small.
  func send(copying payload: [UInt8]) async throws(PouchError) -> UInt64? {
    guard payload.count <= state.withLock({ $0.session.outbox.longestCopy }) else { return nil }
    try check(size: UInt64(payload.count))
    return try await accept { state in
      payload.withUnsafeBytes { state.session.outbox.append($0, format: .raw) }
    } length: {
      payload.count
    }
  }

  /// Accepts an object of any size that is in memory.
  func send(
    _ payload: Bytes, format: ObjectFormat, attributes: Bytes?
  ) async throws(PouchError) -> UInt64 {
    try check(size: UInt64(payload.count))
    let longest = try longestPayload(beside: attributes, whole: true)
    let longestCopy = state.withLock { $0.session.outbox.longestCopy }
    guard payload.count > longestCopy || (attributes?.count ?? 0) > Outbox.overhead / 2 else {
      return try await accept { state in
        payload.withUnsafeBytes {
          state.session.outbox.append($0, format: format, attributes: attributes)
        }
      } length: {
        payload.count
      }
    }
    guard payload.count > longest else {
      return try await accept { state in
        state.session.outbox.appendWhole(payload, format: format, attributes: attributes)
      } length: {
        payload.count
      }
    }
    var rest = payload
    return try await sendPieces(
      format: format, attributes: attributes, size: UInt64(payload.count)
    ) { longest in
      defer { rest = rest.dropFirst(longest) }
      return rest.prefix(longest)
    }
  }

  /// Runs `append` under the lock once there is room.
  func accept(
    continuing id: UInt64? = nil, inChunks: Bool = false, _ append: (inout State) -> UInt64,
    length: () -> Int
  ) async throws(PouchError) -> UInt64 {
    let length = length()
    var waited: Waiter?
    while true {
      let acceptance = state.withLock { state -> Acceptance in
        if let waiter = waited.take() { state.waiting.recycle(waiter) }
        // The receiver's word on the object says more than why it takes no others.
        if let id, case .failure(let refusal) = state.settlement(id) { return .failed(refusal) }
        if let refused = state.reasonToRefuse(continuing: id) { return .failed(place(refused)) }
        if id != nil {
          if !state.session.outbox.isBelowHighWater {
            return .noRoom(state.waiting.wait(for: .unwritten))
          }
        } else if let obstacle = inChunks
          ? state.session.outbox.obstacleToChunks : state.session.outbox.obstacle(length)
        {
          return .noRoom(state.waiting.wait(for: obstacle))
        }
        return .accepted(append(&state), state.idleFlusher.take())
      }
      switch acceptance {
      case .accepted(let id, let flusher):
        flusher?.resume()
        return id
      case .noRoom(let waiter):
        try await waiter.wait()
        waited = waiter
      case .failed(let error): throw error
      }
    }
  }

  func check(size: UInt64) throws(PouchError) {
    guard let largest = agreement.peerObject, size > largest else { return }
    throw PouchError(
      .limitExceeded, "an object of \(size) bytes or more; the receiver takes at most \(largest)",
      hint: "raise limits.object at the receiver", endpoint: info.endpoint)
  }

  // MARK: Receipts

  /// Waits until object `id` is settled.
  ///
  /// - Throws: The refusal, or why the connection ended before.
  func waitForSettlement(_ id: UInt64) async throws(PouchError) {
    let (known, waiter) = state.withLock { state -> (Result<Void, PouchError>?, Waiter?) in
      if let result = state.settlement(id) { return (result, nil) }
      if let outcome = state.outcome {
        return (.failure(place(state.errorAfter(outcome)).at(objectID: id)), nil)
      }
      return (nil, state.waiting.wait(forReceiptOf: id))
    }
    if let known { return try known.get() }
    guard let waiter else { return }
    try await waiter.wait()
    try state.withLock { state in
      state.waiting.recycle(waiter)
      return state.settlement(id) ?? .success(())
    }.get()
  }

  /// Ends the session in good order and waits until it has ended.
  func close(code: String, text: String? = nil) async throws(PouchError) {
    beginClosing(code: code, text: text)
    try await waitForEnd()
  }

  static func error(for refusal: Refusal, _ id: UInt64) -> PouchError {
    PouchError(
      .rejected, "the receiver refused the object",
      hint: refusal.isRetryable ? "sending it again can help" : nil,
      cause: "\(refusal.text) (\(refusal.code))", objectID: id)
  }
}

extension Connection.State {
  /// Accepts a small object if nothing is in the way.
  ///
  /// - Returns: The object's id, or 0.
  @inline(__always)
  fileprivate mutating func accept(
    copying payload: UnsafeRawBufferPointer, format: ObjectFormat
  ) -> UInt64 {
    let id = session.outbox.appendInRoom(payload, format: format)
    return id != 0 ? id : acceptAfterAsking(payload, format)
  }

  @inline(never)
  private mutating func acceptAfterAsking(
    _ payload: UnsafeRawBufferPointer, _ format: ObjectFormat
  ) -> UInt64 {
    guard payload.count <= session.outbox.longestCopy, reasonToRefuse() == nil,
      session.outbox.obstacle(payload.count) == nil
    else { return 0 }
    return session.outbox.append(payload, format: format)
  }

  /// Why no more objects are accepted; nil when they are.
  ///
  /// - Parameter id: The object that is to go on, where it has begun.
  @inline(__always)
  func reasonToRefuse(continuing id: UInt64? = nil) -> PouchError? {
    if outcome == nil, acceptsObjects { return nil }
    return explainRefusal(continuing: id)
  }

  private func explainRefusal(continuing id: UInt64?) -> PouchError? {
    if let outcome { return errorAfter(outcome) }
    if let failing { return failing }
    if let closing = session.peerClosing { return .peerClosed(closing) }
    guard let id else { return PouchError(.closed, "the sender is closing") }
    // What has begun is completed before this side closes, while there is time.
    if session.outbox.ledger.incomplete.contains(id) { return nil }
    return PouchError(
      .timedOut, "the object was not complete in time after the order to stop",
      hint: "raise timeouts.drain to wait longer")
  }

  /// What is known of an object's fate. A refusal counts as reported from here on.
  mutating func settlement(_ id: UInt64) -> Result<Void, PouchError>? {
    if let refusal = refusals.report(id) {
      return .failure(Connection.error(for: refusal, id))
    }
    return session.outbox.ledger.settled.contains(id) ? .success(()) : nil
  }
}
