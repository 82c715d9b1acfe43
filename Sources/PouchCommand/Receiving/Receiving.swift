internal import Pouch
internal import PouchConfiguration
internal import PouchCore
internal import ServiceLifecycle

/// Receives objects and puts each where it belongs, until enough have come, nothing can be stored any
/// more, or it is asked to stop.
final class Receiving: Service {
  private let receiver: Receiver
  private let store: any ObjectStore
  private let quota: Quota
  private let meter: ProgressMeter
  private let console: Console
  private let book = ReceiveBook()
  /// How long objects may take to end when nothing can be stored any more.
  private let drain: Duration
  /// Ends when nothing can be stored any more.
  private let storage = AsyncStream.makeStream(of: Never.self)

  init(
    endpoints: EndpointSettings, options: ReceiverOptions, store: any ObjectStore, count: Int?,
    progress: ProgressStyle, _ console: Console
  ) {
    var options = options
    // The books of this command decide.
    options.failsIfIncomplete = false
    let book = book
    options.onEvent = { event in
      console.report(event)
      if case .objectRefused(let connection, let object, let refusal) = event,
        book.isNews(connection, object.id)
      {
        console.note(refused: ReceivedObject(object, connection), refusal)
      }
    }
    switch endpoints {
    case .listen(let endpoints): receiver = Receiver(listening: endpoints, options: options)
    case .connect(let endpoints): receiver = Receiver(dialling: endpoints, options: options)
    }
    self.store = store
    self.console = console
    quota = Quota(count)
    meter = ProgressMeter(progress, console, phase: .receiving)
    drain = options.timeouts.drain
  }

  // MARK: The service

  func run() async throws {
    await withGracefulShutdownHandler {
      await withTaskGroup(of: Bool.self) { group in
        group.addTask {
          await self.receive()
          return true
        }
        group.addTask { await self.waitForStorage() }
        group.addTask {
          await self.meter.run()
          return false
        }
        // Whoever says that it is over is waited for.
        while let isOver = await group.next(), !isOver {}
        group.cancelAll()
      }
    } onGracefulShutdown: {
      self.receiver.stop()
    }
  }

  private func receive() async {
    do throws(PouchError) {
      try await receiver.runStreamed { try await self.take($0) }
    } catch  where error.code == .closed {
      // It was asked to stop before it began.
    } catch {
      book.fail(error)
    }
  }

  /// Waits until nothing can be stored any more, and for the objects that this leaves.
  ///
  /// - Returns: Whether they have had their time.
  private func waitForStorage() async -> Bool {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        if let failure = await self.store.waitForEnd() { self.endStorage(failure) }
      }
      for await _ in storage.stream {}
      if !Task.isCancelled { try? await Task.sleep(for: drain) }
      group.cancelAll()
    }
    return !Task.isCancelled
  }

  /// Ends the run because nothing can be stored any more.
  private func endStorage(_ failure: StorageFailure) {
    guard book.endStorage(failure.error) else { return }
    receiver.stop()
    storage.continuation.finish()
  }

  // MARK: Objects

  private func take(_ delivery: StreamedDelivery) async throws {
    book.begin()
    do {
      try quota.take()
      let stored: StoredObject
      do {
        stored = try await store.take(delivery, meter)
      } catch {
        quota.giveBack()
        throw error
      }
      meter.addObject()
      book.store(stored.size)
      await console.tell(stored: ReceivedObject(delivery), stored)
      if quota.finish() { receiver.stop() }
    } catch let torn as TornObject {
      book.tear()
      let cause =
        (torn.cause as? StorageFailure)?.error ?? (torn.cause as? ConnectionFault)?.error
        ?? torn.cause
      console.tell(torn: ReceivedObject(delivery), torn.written, cause)
      throw await refuse(delivery, torn.cause, isTold: true)
    } catch {
      throw await refuse(delivery, error)
    }
  }

  /// Books and tells an object that came to nothing.
  ///
  /// - Parameter isTold: Whether it has been told.
  /// - Returns: What the sender is told, which holds nothing of this side's files.
  private func refuse(
    _ delivery: StreamedDelivery, _ error: any Error, isTold: Bool = false
  ) async -> any Error {
    let object = ReceivedObject(delivery)
    let refusal: Refusal
    let local: String
    var fault = ReceiveBook.Fault.sender
    switch error {
    case let error as Refusal:
      (refusal, local) = (error, error.text)
      if error.code == "storage" { fault = .storage }
    case let error as InvalidObject:
      local = error.cause.description
      refusal = Refusal(code: "format", text: local)
      fault = .content
    case let failure as StorageFailure:
      local = failure.error.description
      refusal = Refusal(
        code: "storage", isRetryable: failure.isRetryable,
        text: "the receiver cannot store the object: \(failure.reason)")
      fault = .storage
      if failure.isForAll { endStorage(failure) }
    case let fault as ConnectionFault:
      // The rest is not waited for.
      book.lose(isOverdue: false)
      if !isTold { await console.tell(incomplete: object, fault.error) }
      return fault
    case let error where delivery.body.hasFailed:
      // The rest will not come: there is nothing to refuse.
      book.lose(isOverdue: (error as? PouchError)?.code == .timedOut)
      if !isTold { await console.tell(incomplete: object, error) }
      return error
    default:
      refusal = Refusal(handlerError: error)
      local = error is CancellationError ? refusal.text : "\(error)"
    }
    book.refuse(delivery.connection, delivery.id, fault)
    if !isTold { await console.tell(refused: object, refusal, local) }
    return refusal
  }

  // MARK: The end

  /// Tells how it went when it does not end by itself.
  func giveUp(_ signal: ExitStatus) {
    console.tell(book.ledger, meter)
    let error = PouchError(
      .cancelled, "stopped before everything in flight was finished",
      hint: "raise timeouts.drain to wait longer")
    console.report(fatal: error, signal)
  }

  /// Tells how it went.
  ///
  /// - Parameter signal: The status for the signal that asked to stop, if one did.
  func conclude(_ signal: ExitStatus?) -> ExitStatus {
    let ledger = book.ledger
    if ledger.begun > 0 || ledger.outcome == nil { console.tell(ledger, meter) }
    do throws(PouchError) {
      try ledger.check()
      // Whoever has all that he asked for may close his end.
      if let error = ledger.storageEnd, !quota.isComplete { throw error }
      if let outcome = ledger.outcome { throw outcome }
      if signal != nil { try ledger.checkDrain() }
      try ledger.checkObjects()
      // Whoever asked for so many has them, whatever became of others.
      if !quota.isComplete { try ledger.checkWhole() }
      return .success
    } catch {
      let status = error.code == .cancelled ? signal ?? .unexpected : ExitStatus(error)
      console.report(fatal: error, status)
      return status
    }
  }
}

extension ReceiveBook.Ledger {
  /// - Throws: `.cancelled` when the time to finish was not enough.
  fileprivate func checkDrain() throws(PouchError) {
    guard overdue > 0, torn == 0 else { return }
    throw PouchError(
      .cancelled,
      "stopped before everything in flight was finished: \(HumanText.count(overdue, "object")) did "
        + "not come whole in time", hint: "raise timeouts.drain to wait longer")
  }

  /// - Throws: `.objectsFailed` when objects did not come whole.
  fileprivate func checkWhole() throws(PouchError) {
    guard incomplete > 0 else { return }
    throw PouchError(
      .objectsFailed, "\(incomplete) of \(HumanText.count(begun, "object")) did not come whole",
      hint: "let the sender send again what was not acknowledged")
  }

  /// - Throws: What became of objects that were neither stored nor given up by their senders.
  fileprivate func checkObjects() throws(PouchError) {
    guard torn == 0 else {
      throw PouchError(
        .truncated,
        "stdout holds a part of \(HumanText.count(torn, "object")) that did not come whole",
        hint: "what reads stdout cannot tell it from a whole one: begin again with an empty output")
    }
    guard failed == 0 else {
      throw PouchError(
        .objectsFailed, "\(HumanText.count(failed, "object")) could not be stored")
    }
    guard invalid == 0 else {
      throw PouchError(
        .badData,
        "\(HumanText.count(invalid, "object")) could not be taken for what it holds")
    }
  }
}
