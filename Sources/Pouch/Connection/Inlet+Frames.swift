import PouchCore
import Synchronization

/// Frames of many small objects.
extension Inlet {
  /// Takes in a frame that says it holds more than one object.
  func takeMany(_ header: FrameHeader, _ body: Bytes) async throws(PouchError) {
    guard let duplicates = try admit(header.firstID, header.count) else { return }
    var objects = FrameObjects(
      body, first: header.firstID, count: header.count, duplicates: duplicates, plain: plain)
    for _ in 0..<duplicates { _ = try objects.advance() }
    let isSettledEarly = connection.agreement.acknowledge == .received
    // Nobody is answered for twice: what is refused is refused before the rest is acknowledged.
    if isSettledEarly { try await refuseEarly(objects) }
    var books = FrameBooks(
      first: header.firstID + UInt64(duplicates),
      last: header.firstID + UInt64(header.count) - 1, isSettledEarly, on: connection)
    switch sink {
    case .none: break
    case .whole(let handler): try await hand(&objects, to: handler, &books)
    case .immediate(let handler): try await hand(&objects, to: handler, &books)
    case .batches(let handler): try await hand(objects, to: handler, &books)
    case .streamed(let handler):
      try await hand(&objects, to: { try await handler(StreamedDelivery($0)) }, &books)
    }
  }

  /// Refuses those of the objects that the gate does not admit, before any is handed over.
  private func refuseEarly(_ objects: FrameObjects) async throws(PouchError) {
    var objects = objects
    while try objects.advance() {
      if gate.admits(objects.current) { continue }
      refuse(objects.current)
      try await connection.awaitReplies()
    }
  }

  /// - Returns: How many of the objects came before; nil when this side takes no more.
  private func admit(_ first: UInt64, _ count: UInt32) throws(PouchError) -> Int? {
    let result = connection.state.withLock { state -> Result<Int?, PouchError> in
      do throws(PouchError) {
        return .success(try state.session.admit(first: first, count: count))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  // MARK: One by one

  private func hand(
    _ objects: inout FrameObjects, to handler: @Sendable (Delivery) async throws -> Void,
    _ books: inout FrameBooks
  ) async throws(PouchError) {
    var pace = Pace()
    while try objects.advance() {
      if gate.admits(objects.current) {
        do {
          try await hand(objects.current, to: handler)
        } catch {
          connection.refuse(RefusedObject(objects.current), Refusal(handlerError: error))
        }
      } else if !books.isSettledEarly {
        refuse(objects.current)
      }
      try await connection.awaitReplies()
      if pace.isDue() { await books.breathe(objects.current.id) }
      if connection.isClosing { break }
    }
    books.close(objects.current.id)
  }

  /// Calls the handler in a function of its own: behind the call of a closure the compiler checks
  /// which executor it is on, and behind a call of a function like this one it does not.
  @inline(never)
  private func hand(
    _ delivery: Delivery, to handler: @Sendable (Delivery) async throws -> Void
  ) async throws {
    try await handler(delivery)
  }

  // MARK: One by one, without waiting

  private func hand(
    _ objects: inout FrameObjects, to handler: @Sendable (Delivery) throws -> Void,
    _ books: inout FrameBooks
  ) async throws(PouchError) {
    var pace = Pace()
    while try handOn(&objects, to: handler, &pace, isSettledEarly: books.isSettledEarly) {
      await books.breathe(objects.current.id)
      try await connection.awaitReplies()
    }
    books.close(objects.current.id)
  }

  /// Hands over objects until the handler has been slow, the peer has too many replies to read, or
  /// there are no more.
  ///
  /// - Returns: Whether there may be more.
  private func handOn(
    _ objects: inout FrameObjects, to handler: @Sendable (Delivery) throws -> Void,
    _ pace: inout Pace, isSettledEarly: Bool
  ) throws(PouchError) -> Bool {
    while try objects.advance() {
      if gate.admits(objects.current) {
        do {
          try handler(objects.current)
        } catch {
          connection.refuse(RefusedObject(objects.current), Refusal(handlerError: error))
        }
      } else if !isSettledEarly {
        refuse(objects.current)
      }
      if connection.isClosing { return false }
      if connection.hasTooManyReplies.load(ordering: .relaxed) { return true }
      if pace.isDue() { return true }
    }
    return false
  }

  // MARK: All at once

  private func hand(
    _ objects: FrameObjects, to handler: @Sendable (DeliveryBatch) async throws -> Void,
    _ books: inout FrameBooks
  ) async throws(PouchError) {
    // Gone through once before the handler sees any: a batch has no errors in it.
    let first = objects.current.id + 1
    var probe = objects
    var admitsAll = true
    while try probe.advance() { admitsAll = gate.admits(probe.current) && admitsAll }
    let count = Int(probe.current.id + 1 - first)
    guard count > 0 else { return books.close(probe.current.id) }
    guard admitsAll else {
      var objects = objects
      return try await hand(&objects, to: { try await handler(DeliveryBatch($0)) }, &books)
    }
    do {
      try await handler(DeliveryBatch(objects, firstID: first, count: count))
    } catch {
      let refusal = Refusal(handlerError: error)
      var refused = objects
      while try refused.advance() {
        connection.refuse(RefusedObject(refused.current), refusal)
        try await connection.awaitReplies()
      }
    }
    books.close(probe.current.id)
  }
}

/// What is due to the sender for the objects of one frame that are new, while handlers go through
/// them.
private struct FrameBooks {
  private let connection: Connection
  private var next: UInt64
  /// Objects are answered for when they have arrived, not when they are handled.
  let isSettledEarly: Bool

  init(first: UInt64, last: UInt64, _ isSettledEarly: Bool, on connection: Connection) {
    self.connection = connection
    next = first
    self.isSettledEarly = isSettledEarly
    if isSettledEarly { settle(last) }
  }

  /// Lets the sender see how far a slow handler has come, and others have the thread.
  mutating func breathe(_ last: UInt64) async {
    guard !isSettledEarly else { return }
    settle(last)
    connection.wakeFlusher()
    await Task.yield()
  }

  /// Books everything up to `last`.
  mutating func close(_ last: UInt64) {
    if !isSettledEarly { settle(last) }
  }

  private mutating func settle(_ last: UInt64) {
    guard last >= next else { return }
    let ids = next...last
    next = last + 1
    connection.state.withLock { $0.session.settle(ids) }
  }
}
