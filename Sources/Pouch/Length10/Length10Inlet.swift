import PouchCore
import Synchronization

/// The reader of a receiving end: cuts objects from the stream and hands them over, one at a time.
/// Used by the reader's task alone.
struct Length10Inlet: ~Copyable {
  /// The most that is read between two chances for other tasks of the loop, in bytes.
  private static let turn = 256 << 10
  /// What a stream may want to find free before it reads, in bytes: with less, it would move what
  /// has arrived.
  private static let reach = 256 << 10
  /// Objects above this are handed over as they come, where the handler takes streams.
  private static let longestWhole = UInt64(Outbox.chunkSize)

  private let connection: Length10Connection
  private let plain: DeliveryContext
  private var decoder: Length10Decoder
  private var buffer = ByteBuffer()
  private var sinceTurn = 0

  init(_ connection: Length10Connection) {
    self.connection = connection
    decoder = Length10Decoder(limit: connection.largestObject)
    plain = DeliveryContext(connection.info)
  }

  /// Takes objects in until the sender ends the stream, or this side stops.
  ///
  /// - Throws: Why no further object can be read.
  mutating func run(to sink: Sink) async throws(PouchError) {
    while let length = try await nextHeader() {
      switch sink {
      case .none: return
      case .whole(let handler):
        await hand(try await takeWhole(), to: handler)
      case .immediate(let handler):
        await hand(try await takeWhole()) { try handler($0) }
      case .batches(let handler):
        await hand(try await takeWhole()) { try await handler(DeliveryBatch($0)) }
      case .streamed(let handler) where length <= Length10Inlet.longestWhole:
        await hand(try await takeWhole()) { try await handler(StreamedDelivery($0)) }
      case .streamed(let handler): try await stream(length, to: handler)
      }
    }
  }

  // MARK: Reading

  /// - Returns: The length of the next object; nil when none comes, or none is wanted.
  private mutating func nextHeader() async throws(PouchError) -> UInt64? {
    while connection.beginWaiting() {
      if let length = try decoder.nextHeader(&buffer) {
        return connection.endWaiting() ? length : nil
      }
      if try await readMore() { continue }
      if let truncation = decoder.truncation(buffer) { throw truncation }
      return nil
    }
    return nil
  }

  private mutating func takeWhole() async throws(PouchError) -> Delivery {
    while true {
      if let payload = decoder.takeWhole(&buffer) {
        if payload.count > Length10Inlet.reach { letGo() }
        return Delivery(
          id: decoder.count, format: .pickle, payload: payload, attributes: nil, plain: plain)
      }
      try await readOn()
    }
  }

  /// Leaves the memory of a large object to its handler, instead of keeping it for the next one.
  private mutating func letGo() {
    var fresh = ByteBuffer()
    buffer.withUnsafeBytes { fresh.append($0) }
    buffer = fresh
  }

  /// Reads more of an object that has begun.
  private mutating func readOn() async throws(PouchError) {
    try makeRoom()
    if try await readMore() { return }
    if let truncation = decoder.truncation(buffer) { throw truncation }
  }

  /// Makes room for the rest of an object that has become large: as much again as has arrived, so
  /// that what it costs is what came and not what was announced. Below that the stream does it.
  private mutating func makeRoom() throws(PouchError) {
    let arrived = buffer.count
    guard arrived >= Length10Inlet.reach, buffer.spare < Length10Inlet.reach else { return }
    let missing = Int(clamping: decoder.remaining) - arrived
    let room = min(missing + Length10Inlet.reach, arrived)
    // A large block grows where it stands, without a copy.
    guard buffer.resize(to: buffer.capacity - buffer.spare + room) else {
      throw PouchError(
        .limitExceeded, "there is no memory for an object of \(missing + arrived) bytes",
        hint: "lower limits.object, or receive objects as streams", objectID: decoder.count)
    }
  }

  /// - Returns: false at the end of the stream.
  private mutating func readMore() async throws(PouchError) -> Bool {
    if sinceTurn >= Length10Inlet.turn {
      sinceTurn = 0
      await Task.yield()
    }
    connection.isOwedBytes.store(decoder.isInsideObject(buffer), ordering: .relaxed)
    defer { connection.isOwedBytes.store(false, ordering: .relaxed) }
    let count = try await connection.stream.read(into: &buffer)
    sinceTurn += count
    connection.arrivedBytes.wrappingAdd(UInt64(count), ordering: .relaxed)
    return count > 0
  }

  // MARK: Handing over

  private func hand(
    _ delivery: Delivery, to handler: @Sendable (Delivery) async throws -> Void
  ) async {
    do {
      try await handler(delivery)
      connection.state.withLock { $0.handled += 1 }
    } catch {
      connection.refuse(RefusedObject(delivery), error)
    }
  }

  /// Hands an object over while it arrives, and waits until the handler has finished with it.
  private mutating func stream(
    _ length: UInt64, to handler: @escaping @Sendable (StreamedDelivery) async throws -> Void
  ) async throws(PouchError) {
    let channel = BodyChannel()
    let connection = connection
    let delivery = StreamedDelivery(
      id: decoder.count, format: .pickle, attributes: Attributes(size: length),
      body: DeliveryBody(source: .chunks(channel)), connection: connection.info)
    let failure = await withTaskGroup(of: Void.self) { group -> PouchError? in
      group.addTask(executorPreference: connection.stream.preferredExecutor) {
        await connection.run(handler, delivery, channel)
      }
      do throws(PouchError) {
        try await pour(into: channel)
        channel.finish()
        return nil
      } catch {
        let reason = connection.reason(for: error)
        channel.fail(reason)
        return reason
      }
    }
    if let failure { throw failure }
  }

  private mutating func pour(into channel: BodyChannel) async throws(PouchError) {
    while decoder.remaining > 0 {
      if let piece = decoder.takePiece(&buffer, longest: Length10Connection.pieceSize) {
        try await channel.push(piece)
      } else {
        try await readOn()
      }
    }
  }
}

extension Length10Connection {
  /// Says that the reader waits for the next object.
  ///
  /// - Returns: false when none is wanted.
  fileprivate func beginWaiting() -> Bool {
    state.withLock { state in
      state.isIdle = !state.isClosing
      return state.isIdle
    }
  }

  /// Says that an object has come.
  ///
  /// - Returns: false when it is not wanted any more.
  fileprivate func endWaiting() -> Bool {
    state.withLock { state in
      state.isIdle = false
      if !state.isClosing { state.begun += 1 }
      return !state.isClosing
    }
  }

  /// Runs the handler of a streamed object beside the reader.
  fileprivate func run(
    _ handler: @Sendable (StreamedDelivery) async throws -> Void, _ delivery: StreamedDelivery,
    _ channel: BodyChannel
  ) async {
    do {
      try await handler(delivery)
      try await channel.drain()
      state.withLock { $0.handled += 1 }
    } catch {
      channel.abandon()
      // Where the rest did not come there is nothing to refuse, unless the handler had done so.
      if !channel.hasFailed || error is Refusal { refuse(RefusedObject(delivery), error) }
    }
  }

  /// Books an object that its handler refused. The sender cannot be told.
  fileprivate func refuse(_ object: RefusedObject, _ error: any Error) {
    state.withLock { $0.refused += 1 }
    policy.onRefusal?(info, object, Refusal(handlerError: error))
  }
}
