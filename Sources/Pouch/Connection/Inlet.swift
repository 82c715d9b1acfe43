import PouchCore
import Synchronization

/// The receiving half of a connection's reader: undoes the pipeline, admits objects, hands them
/// over, and books what the handlers have finished. Used by the reader's task alone.
struct Inlet {
  let connection: Connection
  let pipeline: Pipeline
  let sink: Sink
  let gate: Gate
  /// Behind every delivery that has nothing of its own.
  let plain: DeliveryContext

  /// Objects that arrive in chunks for a handler that takes them whole.
  private var collected: [UInt64: Assembly] = [:]
  private var collectedBytes = 0
  /// Memory for whoever a control frame wakes.
  private var ready: [Waiter] = []

  init(connection: Connection, pipeline: Pipeline, sink: Sink) {
    self.connection = connection
    self.pipeline = pipeline
    self.sink = sink
    plain = DeliveryContext(connection.info)
    gate = Gate(
      largest: connection.largestObject.map { Int(clamping: $0) } ?? .max, policy: connection.policy
    )
  }

  /// The largest body that a DATA frame may unfold to, in bytes (docs/wire.md, section 7).
  static let largestBody = 16 << 20

  mutating func take(
    _ frame: Frame, _ group: inout DiscardingTaskGroup
  ) async throws(PouchError) {
    if connection.hasStalled.load(ordering: .relaxed) {
      for id in connection.takeStalled() { drop(id) }
    }
    var body = frame.body
    // A REJECT says what is wrong even where the pipelines do not agree.
    if frame.header.kind != .reject {
      let limit = frame.header.kind == .data ? Inlet.largestBody : FrameDecoder.controlLimit
      try pipeline.open(&body, header: frame.header, limit: limit)
    }
    guard frame.header.kind == .data else {
      try connection.takeControl(frame.header, body, &ready)
      if frame.header.kind == .cancel { drop(frame.header.firstID) }
      return
    }
    if case .none = sink {
      throw PouchError(.protocolMismatch, "the peer sent objects to a sender")
    }
    if frame.header.count == 1 {
      try await takeOne(frame.header, body, &group)
    } else {
      try await takeMany(frame.header, body)
    }
  }

  // MARK: One object, or a chunk of one

  private mutating func takeOne(
    _ header: FrameHeader, _ body: Bytes, _ group: inout DiscardingTaskGroup
  ) async throws(PouchError) {
    var reader = EntryReader(body)
    let entry = try reader.next()
    guard reader.isAtEnd else {
      throw PouchError(.badData, "a DATA frame goes on behind its last object")
    }
    let id = header.firstID
    let box = try AttributesBox(of: entry)
    let result = connection.state.withLock { state -> Result<Inbox.Admission, PouchError> in
      do throws(PouchError) {
        return .success(
          try state.session.admit(id: id, entry: entry, attributes: box?.attributes))
      } catch {
        return .failure(error)
      }
    }
    switch try result.get() {
    case .stale: return
    case .whole(let duplicates): if duplicates == 0 { await deliver(id, entry, box) }
    case .firstChunk: try await begin(id, entry, box, &group)
    case .chunk(let isLast): try await proceed(id, entry, isLast)
    }
  }

  private mutating func begin(
    _ id: UInt64, _ entry: Entry, _ box: AttributesBox?, _ group: inout DiscardingTaskGroup
  ) async throws(PouchError) {
    let attributes = box?.attributes ?? .none
    let object = RefusedObject(id: id, format: entry.format, attributes: attributes)
    if let refusal = gate.policy.refusal(of: entry.format) {
      return connection.refuse(object, refusal)
    }
    do throws(PouchError) {
      try attributes.checkAttachmentsOfChunks()
    } catch {
      return connection.refuse(object, Refusal(handlerError: error))
    }
    guard case .streamed(let handler) = sink else {
      collected[id] = Assembly(format: entry.format, attributes: box)
      collect(id, entry.payload)
      return
    }
    let channel = BodyChannel(connection.backlog)
    try await connection.awaitHandlers()
    connection.state.withLock { $0.channels[id] = channel }
    let delivery = StreamedDelivery(
      id: id, format: entry.format, attributes: attributes,
      body: DeliveryBody(source: .chunks(channel)), connection: connection.info)
    let connection = connection
    group.addTask(executorPreference: connection.stream.preferredExecutor) {
      await connection.run(handler, delivery, channel)
    }
    try await channel.push(entry.payload)
  }

  private mutating func proceed(
    _ id: UInt64, _ entry: Entry, _ isLast: Bool
  ) async throws(PouchError) {
    if let channel = connection.state.withLock({ $0.channels[id] }) {
      if !entry.payload.isEmpty { try await channel.push(entry.payload) }
      if isLast {
        connection.state.withLock { _ = $0.channels.removeValue(forKey: id) }
        if connection.agreement.acknowledge == .received { settle(id...id) }
        channel.finish()
      }
      return
    }
    guard collected[id] != nil else { return }
    collect(id, entry.payload)
    guard isLast, let object = collected.removeValue(forKey: id) else { return }
    collectedBytes -= object.count
    let complete = Entry(
      format: object.format, hasMore: false, attributes: nil, payload: object.finish())
    await deliver(id, complete, object.attributes)
  }

  private mutating func collect(_ id: UInt64, _ chunk: Bytes) {
    guard let object = collected[id] else { return }
    let isWithinLimit = collectedBytes + chunk.count <= connection.limits.object
    if isWithinLimit, object.append(chunk) {
      collectedBytes += chunk.count
      return
    }
    drop(id)
    connection.refuse(
      RefusedObject(
        id: id, format: object.format, attributes: object.attributes?.attributes ?? .none),
      Refusal(
        code: "too-large", isRetryable: true,
        text: isWithinLimit
          ? "there is no memory for it now"
          : "objects that are not complete hold more than \(connection.limits.object) bytes"))
  }

  private mutating func drop(_ id: UInt64) {
    if let object = collected.removeValue(forKey: id) { collectedBytes -= object.count }
  }

  // MARK: Handing over

  /// Hands over one object that came alone in its frame, or in chunks, and answers for it.
  private func deliver(_ id: UInt64, _ entry: Entry, _ box: AttributesBox?) async {
    let delivery = Delivery(id: id, entry: entry, attributes: box, plain: plain)
    guard gate.admits(delivery) else { return refuse(delivery) }
    let isSettledEarly = connection.agreement.acknowledge == .received
    if isSettledEarly { settle(id...id) }
    defer { if !isSettledEarly { settle(id...id) } }
    do {
      switch sink {
      case .whole(let handler): try await handler(delivery)
      case .immediate(let handler): try handler(delivery)
      case .batches(let handler): try await handler(DeliveryBatch(delivery))
      case .streamed(let handler): try await handler(StreamedDelivery(delivery))
      case .none: break
      }
    } catch {
      connection.refuse(RefusedObject(delivery), Refusal(handlerError: error))
    }
  }

  /// Refuses an object that the gate does not admit.
  func refuse(_ delivery: Delivery) {
    if let objection = gate.objection(to: delivery) {
      connection.refuse(RefusedObject(delivery), objection)
    }
  }

  func settle(_ ids: ClosedRange<UInt64>) {
    connection.state.withLock { $0.session.settle(ids) }
  }
}
