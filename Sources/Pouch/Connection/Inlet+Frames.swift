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
    var books = FrameBooks(
      first: header.firstID + UInt64(duplicates),
      last: header.firstID + UInt64(header.count) - 1, on: connection)
    switch sink {
    case .none:
      if books.answersOnArrival { try await answerOnArrival(objects, &books) }
    case .whole(let handler): try await hand(&objects, to: handler, &books)
    case .immediate(let handler): try await hand(&objects, to: handler, &books)
    case .batches(let handler): try await hand(objects, to: handler, &books)
    case .streamed(let handler):
      try await hand(&objects, to: { try await handler(StreamedDelivery($0)) }, &books)
    }
  }

  /// Refuses those of the objects that the gate does not admit and acknowledges the others, in this
  /// order: nobody is answered for twice.
  private func answerOnArrival(
    _ objects: FrameObjects, _ books: inout FrameBooks
  ) async throws(PouchError) {
    var objects = objects
    while try objects.advance() {
      if gate.admits(objects.current) { continue }
      refuse(objects.current)
      try await connection.awaitReplies()
    }
    books.answerForAll()
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
    if books.answersOnArrival { try await answerOnArrival(objects, &books) }
    var pace = Pace()
    while try objects.advance() {
      if gate.admits(objects.current) {
        do {
          try await hand(objects.current, to: handler)
        } catch {
          connection.refuse(RefusedObject(objects.current), Refusal(handlerError: error))
          try await connection.awaitReplies()
        }
      } else if !books.answersOnArrival {
        refuse(objects.current)
        try await connection.awaitReplies()
      }
      if pace.isDue() { await books.breathe(objects.current.id) }
      if connection.isClosing { break }
    }
    books.answer(upTo: objects.current.id)
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

  /// A fast handler goes through the whole frame before anybody could read an answer: the objects
  /// are answered for on arrival only when it turns out to be slow.
  private func hand(
    _ objects: inout FrameObjects, to handler: @Sendable (Delivery) throws -> Void,
    _ books: inout FrameBooks
  ) async throws(PouchError) {
    var pace = Pace()
    while try handOn(&objects, to: handler, &pace, &books) {
      if books.answersOnArrival, !books.isAnswered { try await answerOnArrival(objects, &books) }
      await books.breathe(objects.current.id)
      try await connection.awaitReplies()
    }
    books.answer(upTo: objects.current.id)
  }

  /// Hands over objects until the handler has been slow, the peer has too many replies to read, or
  /// there are no more.
  ///
  /// - Returns: Whether there may be more.
  private func handOn(
    _ objects: inout FrameObjects, to handler: @Sendable (Delivery) throws -> Void,
    _ pace: inout Pace, _ books: inout FrameBooks
  ) throws(PouchError) -> Bool {
    while try objects.advance() {
      if gate.admits(objects.current) {
        do {
          try handler(objects.current)
        } catch {
          // What arrived is acknowledged, whatever becomes of it.
          if books.answersOnArrival { books.answer(upTo: objects.current.id) }
          connection.refuse(RefusedObject(objects.current), Refusal(handlerError: error))
          if connection.mustAwaitReplies { return true }
        }
      } else if !books.isAnswered {
        refuse(objects.current)
        if connection.mustAwaitReplies { return true }
      }
      if connection.isClosing { return false }
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
    guard count > 0 else { return books.answer(upTo: probe.current.id) }
    guard admitsAll else {
      var objects = objects
      return try await hand(&objects, to: { try await handler(DeliveryBatch($0)) }, &books)
    }
    if books.answersOnArrival { books.answerForAll() }
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
    books.answer(upTo: probe.current.id)
  }
}

/// What is due to the sender for the objects of one frame that are new, while handlers go through
/// them.
private struct FrameBooks {
  private let connection: Connection
  private var next: UInt64
  private let last: UInt64
  /// Objects are answered for when they have arrived, not when they are handled.
  let answersOnArrival: Bool

  init(first: UInt64, last: UInt64, on connection: Connection) {
    self.connection = connection
    next = first
    self.last = last
    answersOnArrival = connection.agreement.acknowledge == .received
  }

  /// Whether every object of the frame has its answer.
  var isAnswered: Bool { next > last }

  /// Lets the sender see how far a slow handler has come, and others have the thread.
  mutating func breathe(_ last: UInt64) async {
    if !answersOnArrival {
      answer(upTo: last)
      connection.wakeFlusher()
    }
    await Task.yield()
  }

  /// Settles every object of the frame; one that was refused before keeps its refusal.
  mutating func answerForAll() { answer(upTo: last) }

  /// Settles every object up to `id`; one that was refused before keeps its refusal.
  mutating func answer(upTo id: UInt64) {
    guard id >= next else { return }
    let ids = next...id
    next = id + 1
    connection.state.withLock { $0.session.settle(ids) }
  }
}
