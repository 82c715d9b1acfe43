internal import Pouch
internal import PouchConfiguration
internal import PouchCore
internal import ServiceLifecycle
internal import Synchronization

/// Gives every receiver that connects each object, until enough have come or it is asked to stop.
///
/// The objects are read once, before anybody is let in. What a receiver does with them is its own
/// affair: it is told, and the others are served.
final class Broadcasting: Service {
  private let feed: ObjectFeed
  private let broadcaster: Broadcaster
  private let options: SenderOptions
  private let delivery: DeliverySettings
  /// How much is held in memory, in bytes.
  private let limit: Int
  private let meter: ProgressMeter
  private let interrupt: Interrupt
  private let console: Console
  private let book = SendBook()
  /// How many receivers have been given everything.
  private let served = Atomic<Int>(0)

  init(
    feed: ObjectFeed, endpoints: [Endpoint], options: SenderOptions, delivery: DeliverySettings,
    limit: Int, meter: ProgressMeter, interrupt: Interrupt, _ console: Console
  ) {
    self.feed = feed
    self.delivery = delivery
    self.limit = limit
    self.meter = meter
    self.interrupt = interrupt
    self.console = console
    var options = options
    // What a receiver did not take is told of that receiver.
    options.failsIfIncomplete = false
    options.onEvent = { console.report($0) }
    self.options = options
    broadcaster = Broadcaster(listening: endpoints, options: options)
  }

  // MARK: The service

  func run() async throws {
    await withGracefulShutdownHandler {
      await withTaskGroup(of: Void.self) { group in
        let meter = meter
        group.addTask { await meter.run() }
        do throws(PouchError) {
          let objects = try await load()
          meter.enter(.waitingForReceiver)
          try await broadcaster.run { try await self.serve($0, objects) }
        } catch {
          book.fail(error)
        }
        group.cancelAll()
      }
    } onGracefulShutdown: {
      self.interrupt.trigger(PouchError(.cancelled, "interrupted"))
      self.broadcaster.stop()
    }
  }

  /// Reads every object.
  ///
  /// - Throws: `.limitExceeded` when they are too large together; `.inputMissing` when there are
  ///   none; what the interrupt brings.
  private func load() async throws(PouchError) -> [OutgoingObject] {
    var objects: [OutgoingObject] = []
    var size = 0
    var feed = feed
    while let item = try await feed.nextItem() {
      switch item {
      case .leftOut(let text): console.log(.warning, text)
      case .failed(let label, let error):
        book.begin()
        book.refuse(label, error)
        await console.tell(failed: label, error)
      case .whole(let object), .stream(let object, _):
        book.begin()
        size += Int(clamping: object.size)
        guard size <= limit else {
          throw PouchError(
            .limitExceeded,
            "the objects of a broadcast are held in memory, and these have more than "
              + HumanText.size(UInt64(limit)), hint: "raise limits.object")
        }
        objects.append(object)
      }
    }
    guard !objects.isEmpty else {
      throw book.error
        ?? PouchError(.inputMissing, "the input holds no object", hint: "nothing was sent")
    }
    return objects
  }

  // MARK: Receivers

  /// Whether receivers answer for objects.
  private var isAcknowledged: Bool {
    options.acknowledge != .none && options.framing == .pouch
  }

  private func serve(_ sender: Sender, _ objects: [OutgoingObject]) async throws(PouchError) {
    let peer = sender.connections.first?.peer
    var receipts: [Receipt] = []
    for object in objects {
      let receipt = try await sender.send(
        object.payload, attachments: object.attachments, attributes: object.attributes,
        format: object.format)
      meter.addObject()
      meter.add(bytes: Int(clamping: object.size))
      await console.answer("object", describe(receipt, object, peer))
      if isAcknowledged { receipts.append(receipt) } else { book.deliver(object.size) }
    }
    if isAcknowledged {
      for (receipt, object) in zip(receipts, objects) { try await settle(receipt, object, peer) }
    }
    let name = peer?.description ?? "a receiver"
    console.log(.info, "sent \(HumanText.count(UInt64(objects.count), "object")) to \(name)")
    let count = served.wrappingAdd(1, ordering: .relaxed).newValue
    if count == delivery.receivers { broadcaster.stop() }
  }

  private func settle(
    _ receipt: Receipt, _ object: OutgoingObject, _ peer: PeerIdentity?
  ) async throws(PouchError) {
    do throws(PouchError) {
      try await receipt.answer(within: delivery.timeout, of: object.label)
      book.deliver(object.size)
      await console.answer(
        "acknowledged",
        describe(receipt, object, peer) + [("level", .text(options.acknowledge.rawValue))])
    } catch  where error.code == .rejected {
      await console.tell(failed: object.label, error, to: peer)
    }
  }

  private func describe(
    _ receipt: Receipt, _ object: OutgoingObject, _ peer: PeerIdentity?
  ) -> [(String, JSONValue)] {
    Console.describe(receipt.id, object.label, object.size, to: peer)
  }

  // MARK: The end

  /// Tells how it went when it does not end by itself.
  func giveUp(_ signal: ExitStatus) {
    book.fail(PouchError(.cancelled, "stopped before everything in flight was finished"))
    _ = conclude(signal)
  }

  /// Tells how it went. A broadcast that was asked to stop and ended in good order is a success.
  ///
  /// - Parameter signal: The status for the signal that asked to stop, if one did.
  func conclude(_ signal: ExitStatus?) -> ExitStatus {
    let summary = broadcaster.summary
    console.tell(
      summary, book, in: meter.elapsed, receivers: served.load(ordering: .relaxed))
    guard let error = book.error else { return console.check(summary, .success) }
    let status = error.code == .cancelled ? signal ?? .unexpected : ExitStatus(error)
    console.report(fatal: error, status)
    return console.check(summary, status)
  }
}
