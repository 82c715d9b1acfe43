internal import Pouch
internal import PouchConfiguration
internal import PouchCore
internal import ServiceLifecycle
internal import Synchronization

/// Sends the inputs one after the other and sees to it that each is answered for.
final class Sending: Service {
  private let feed: ObjectFeed
  private let endpoints: EndpointSettings
  private let options: SenderOptions
  /// For the acknowledgement of an object.
  private let timeout: Duration?
  private let console: Console
  private let meter: ProgressMeter
  private let interrupt: Interrupt
  private let book: SendBook

  init(
    feed: ObjectFeed, endpoints: EndpointSettings, options: SenderOptions, timeout: Duration?,
    meter: ProgressMeter, interrupt: Interrupt, _ console: Console
  ) {
    self.feed = feed
    self.endpoints = endpoints
    self.timeout = timeout
    self.meter = meter
    self.console = console
    let book = SendBook()
    self.book = book
    self.interrupt = interrupt
    let isDialling = if case .connect = endpoints { true } else { false }
    var options = options
    options.onEvent = { event in
      book.note(event)
      console.report(event)
      // Whoever waits for input learns at once that nobody will take it. Where receivers come by
      // themselves, another one may.
      if isDialling, case .disconnected(let connection, let error) = event {
        interrupt.trigger(
          error
            ?? PouchError(
              .peerClosed, "the receiver ended the connection",
              hint: "what it has not acknowledged was not delivered; send that again",
              endpoint: connection.endpoint, peer: connection.peer.description))
      }
    }
    self.options = options
  }

  // MARK: The service

  func run() async throws {
    await withGracefulShutdownHandler {
      await withTaskGroup(of: Void.self) { group in
        let meter = meter
        group.addTask { await meter.run() }
        let task = Task { await self.connectAndSend() }
        book.task = task
        await withTaskCancellationHandler {
          await task.value
        } onCancel: {
          task.cancel()
        }
        group.cancelAll()
      }
    } onGracefulShutdown: {
      self.interrupt.stopTaking(PouchError(.cancelled, "interrupted"))
      // With nobody at the other end there is nothing to finish.
      if !self.book.isConnected { self.book.task?.cancel() }
    }
  }

  private func connectAndSend() async {
    do {
      switch endpoints {
      case .connect(let endpoints): try await connect(to: endpoints)
      case .listen(let endpoints):
        meter.enter(.waitingForReceiver)
        try await withSender(listeningOn: endpoints, options: options) { sender in
          try await sendAll(sender)
        }
      }
    } catch {
      book.fail(error as? PouchError ?? PouchError(.internal, "\(error)"))
    }
  }

  /// Goes to the first endpoint that answers.
  private func connect(to endpoints: [Endpoint]) async throws {
    for (index, endpoint) in endpoints.enumerated() {
      do {
        return try await withSender(to: endpoint, options: options) { sender in
          try await sendAll(sender)
        }
      } catch let error as PouchError {
        let isLast = index + 1 == endpoints.count
        let isUnreachable = error.code == .unreachable || error.code == .timedOut
        guard !isLast, isUnreachable, book.sender == nil else { throw error }
        console.log(.warning, "\(error); trying \(endpoints[index + 1])", [])
      }
    }
  }

  // MARK: Objects

  private struct Pending: Sendable {
    var receipt: Receipt
    var label: String
    var size: UInt64
  }

  private func sendAll(_ sender: Sender) async throws {
    book.sender = sender
    let (receipts, continuation) = AsyncStream.makeStream(of: Pending.self)
    let failure = await withTaskGroup(of: Part.self) { group -> (any Error)? in
      group.addTask { await self.waitForDrain() }
      group.addTask {
        await self.awaitAnswers(receipts)
        return .answered
      }
      group.addTask {
        defer { continuation.finish() }
        do {
          var feed = self.feed
          while let item = try await feed.nextItem() {
            if let pending = try await self.send(item, sender) { continuation.yield(pending) }
          }
          return .sent(nil)
        } catch {
          return .sent(error)
        }
      }
      var failure: (any Error)?
      var isAnswered = false
      while !isAnswered, let part = await group.next() {
        switch part {
        case .sent(let error):
          failure = error
          meter.enter(.waitingForAcknowledgement)
        // It ends behind the last object.
        case .answered: isAnswered = true
        case .drained:
          // What is not complete is cancelled, so that the receiver knows, and the connection ends.
          interrupt.trigger(PouchError(.cancelled, "interrupted"))
          group.cancelAll()
        case .none: break
        }
      }
      group.cancelAll()
      for await part in group { if case .sent(let error?) = part { failure = error } }
      return failure
    }
    if let failure { throw failure }
  }

  /// What has come to its end.
  private enum Part {
    case sent((any Error)?)
    case answered
    /// The time to finish what was in flight.
    case drained
    case none
  }

  /// Waits until the time is over in which what is in flight may be finished.
  private func waitForDrain() async -> Part {
    do {
      try await gracefulShutdown()
      try await Task.sleep(for: options.timeouts.drain)
      book.drainIsOver()
      return .drained
    } catch {
      return .none
    }
  }

  /// Sends one object.
  ///
  /// - Returns: What is to be answered for; nil when the object failed alone.
  /// - Throws: What the others fail for as well.
  private func send(
    _ item: ObjectFeed.Item, _ sender: Sender
  ) async throws(PouchError) -> Pending? {
    if case .leftOut(let text) = item {
      console.log(.warning, text)
      return nil
    }
    book.begin()
    switch item {
    case .leftOut: return nil
    case .failed(let label, let error):
      await refuse(label, error)
      return nil
    case .whole(let object):
      return try await settle(object) { () async throws(PouchError) in
        meter.enter(.sending)
        let receipt = try await sender.send(
          object.payload, attachments: object.attachments, attributes: object.attributes,
          format: object.format)
        return (receipt, object.size)
      }
    case .stream(let object, let reader):
      return try await stream(object, reader, sender)
    }
  }

  private func stream(
    _ object: OutgoingObject, _ reader: InputReader, _ sender: Sender
  ) async throws(PouchError) -> Pending? {
    // Its own reading: the next object may fare better.
    var hasFailed = false
    do throws(PouchError) {
      return try await settle(object) { () async throws(PouchError) in
        var reader = reader
        var size: UInt64 = 0
        let meter = meter
        let receipt = try await sender.send(attributes: object.attributes, format: object.format) {
          longest async throws(PouchError) -> Bytes in
          do throws(PouchError) {
            let piece = try await reader.next(longest)
            meter.enter(.sending)
            meter.add(bytes: piece.count)
            size += UInt64(piece.count)
            return piece
          } catch {
            // One that was cancelled has not failed: why it was is said elsewhere.
            hasFailed = error.code != .cancelled
            throw error
          }
        }
        return (receipt, size)
      }
    } catch {
      guard hasFailed, !interrupt.isTriggered else { throw error }
      await refuse(object.label, error)
      return nil
    }
  }

  /// Sends an object with `body`, which gives its receipt and its size, and books it.
  private func settle(
    _ object: OutgoingObject, _ body: () async throws(PouchError) -> (Receipt, UInt64)
  ) async throws(PouchError) -> Pending? {
    do throws(PouchError) {
      let (receipt, size) = try await body()
      meter.addObject()
      await console.answer("object", Console.describe(receipt.id, object.label, size))
      guard options.acknowledge != .none else {
        book.deliver(size)
        return nil
      }
      return Pending(receipt: receipt, label: object.label, size: size)
    } catch {
      // Its size, or the receiver's word: the next object may fare better. A limit that the peer
      // has passed ends the connection.
      let isAlone =
        error.code == .rejected || error.code == .limitExceeded && !error.isOfProtocol
      guard isAlone, !interrupt.isTriggered else { throw error }
      await refuse(object.label, error)
      return nil
    }
  }

  /// Waits for the receiver's word on each object, in order.
  private func awaitAnswers(_ receipts: AsyncStream<Pending>) async {
    for await pending in receipts {
      do throws(PouchError) {
        try await pending.receipt.answer(within: timeout, of: pending.label)
        book.deliver(pending.size)
        console.log(.debug, "acknowledged: \(pending.label) (\(HumanText.size(pending.size)))")
        await console.answer(
          "acknowledged",
          Console.describe(pending.receipt.id, pending.label, pending.size)
            + [("level", .text(options.acknowledge.rawValue))])
      } catch  where error.code == .rejected {
        await refuse(pending.label, error)
      } catch {
        // Whoever gave it up says so.
        if error.code == .cancelled { continue }
        book.fail(error)
        // Nobody knows what a silent receiver will do: this ends with the connection.
        if error.code == .timedOut { book.task?.cancel() }
      }
    }
  }

  private func refuse(_ label: String, _ error: PouchError) async {
    book.refuse(label, error)
    await console.tell(failed: label, error)
  }

  // MARK: The end

  /// Tells how it went when it does not end by itself.
  func giveUp(_ signal: ExitStatus) {
    book.drainIsOver()
    book.fail(PouchError(.cancelled, "interrupted"))
    _ = conclude(signal)
  }

  /// Tells how it went.
  ///
  /// - Parameter signal: The status for the signal that asked to stop, if one did.
  func conclude(_ signal: ExitStatus?) -> ExitStatus {
    var error = book.error
    var status = error.map { ExitStatus($0) } ?? .success
    if let signal, let reason = error, reason.code == .cancelled || book.isDrainOver {
      status = signal
      error = interrupted(reason)
    }
    let summary = book.sender?.summary
    if let summary { console.tell(summary, book, in: meter.elapsed) }
    if let error { console.report(fatal: error, status) }
    return console.check(summary, status)
  }

  /// What a signal has left undone.
  private func interrupted(_ error: PouchError) -> PouchError {
    var text = "interrupted"
    if book.isDrainOver {
      let limit = HumanText.duration(options.timeouts.drain)
      text += ": \(limit) were not enough for what was in flight"
    }
    if let books = book.sender?.summary, books.accepted > 0 {
      text +=
        "; of \(HumanText.count(books.accepted, "object")) that were accepted, "
        + "\(books.acknowledged) were acknowledged, \(books.refused) refused and "
        + "\(books.undelivered + books.inFlight) not delivered"
    }
    return PouchError(
      .cancelled, text, hint: book.isDrainOver ? "raise timeouts.drain to wait longer" : nil,
      cause: error.code == .cancelled ? nil : error.description)
  }
}
