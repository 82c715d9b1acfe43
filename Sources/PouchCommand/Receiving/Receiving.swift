internal import Pouch
internal import PouchConfiguration
internal import PouchCore
internal import ServiceLifecycle

/// Receives objects and puts each where it belongs, until enough have come or it is asked to stop.
final class Receiving: Service {
  private let receiver: Receiver
  private let store: any ObjectStore
  private let quota: Quota
  private let meter: ProgressMeter
  private let console: Console
  private let book = ReceiveBook()

  init(
    endpoints: EndpointSettings, options: ReceiverOptions, store: any ObjectStore, count: Int?,
    progress: ProgressStyle, _ console: Console
  ) {
    var options = options
    let book = book
    options.onEvent = { event in
      book.note(event)
      console.report(event)
      if case .objectRefused(let connection, let id, let refusal) = event,
        book.isNews(connection, id)
      {
        Receiving.tell(connection, id, refusal, console)
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
  }

  // MARK: The service

  func run() async throws {
    await withGracefulShutdownHandler {
      await withTaskGroup(of: Void.self) { group in
        let meter = meter
        group.addTask { await meter.run() }
        do throws(PouchError) {
          try await receiver.runStreamed { try await self.take($0) }
        } catch {
          book.fail(error)
        }
        group.cancelAll()
      }
    } onGracefulShutdown: {
      self.receiver.stop()
    }
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
      tell(delivery, stored)
      if quota.finish() { receiver.stop() }
    } catch {
      throw refuse(delivery, error)
    }
  }

  private func tell(_ delivery: StreamedDelivery, _ stored: StoredObject) {
    let name = delivery.attributes.name ?? stored.file ?? "an object"
    var text = "received \(name) (\(HumanText.size(stored.size))) from \(delivery.peer)"
    if let file = stored.file, file != name { text += " as \(file)" }
    if !stored.attachments.isEmpty {
      text += ", attachments as \(stored.attachments.joined(separator: ", "))"
    }
    console.log(.info, text)
    if let losses = stored.losses {
      console.log(
        .warning, "the output does not hold all of \(Receiving.label(delivery)): \(losses)")
    }
    var members = Receiving.details(delivery)
    members.append(("size", .unsigned(stored.size)))
    if let file = stored.file { members.append(("file", .text(file))) }
    if !stored.attachments.isEmpty {
      members.append(("attachments", .array(stored.attachments.map { .text($0) })))
    }
    console.event("object", members)
  }

  /// Books and tells an object that came to nothing.
  ///
  /// - Returns: What the sender is told, which holds nothing of this side's files.
  private func refuse(_ delivery: StreamedDelivery, _ error: any Error) -> any Error {
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
    case let error as PouchError where error.code == .outputFailed:
      local = error.description
      refusal = Refusal(
        code: "storage", isRetryable: true,
        text: "the receiver cannot store the object: \(error.cause ?? "it cannot be written")")
      fault = .storage
    default:
      // The rest will not come: there is nothing to refuse.
      book.lose()
      console.log(.warning, "\(Receiving.label(delivery)) did not come whole: \(error)")
      return error
    }
    book.refuse(delivery.connection, delivery.id, fault)
    console.log(.warning, "refused \(Receiving.label(delivery)): \(local)")
    console.event(
      "rejected",
      Receiving.details(delivery) + [
        ("code", .text(refusal.code)), ("retryable", .bool(refusal.isRetryable)),
        ("message", .text(local)),
      ])
    return refusal
  }

  /// Tells an object that was refused before it was handed over, for its format or its size.
  private static func tell(
    _ connection: ConnectionInfo, _ id: UInt64, _ refusal: Refusal, _ console: Console
  ) {
    console.log(.warning, "refused object \(id) from \(connection.peer): \(refusal.text)")
    console.event(
      "rejected",
      [
        ("id", .unsigned(id)), ("peer", .text(connection.peer.description)),
        ("code", .text(refusal.code)), ("retryable", .bool(refusal.isRetryable)),
        ("message", .text(refusal.text)),
      ])
  }

  private static func label(_ delivery: StreamedDelivery) -> String {
    let name = delivery.attributes.name.map { "'\($0)'" } ?? "object \(delivery.id)"
    return "\(name) from \(delivery.peer)"
  }

  private static func details(_ delivery: StreamedDelivery) -> [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("id", .unsigned(delivery.id)), ("peer", .text(delivery.peer.description)),
      ("format", .text(delivery.format.description)),
    ]
    let attributes = delivery.attributes
    if let name = attributes.name { members.append(("name", .text(name))) }
    if let type = attributes.contentType { members.append(("type", .text(type))) }
    if !attributes.headers.isEmpty {
      let headers = attributes.headers.sorted { $0.key < $1.key }
      members.append(("headers", .object(headers.map { ($0.key, .text($0.value)) })))
    }
    return members
  }

  // MARK: The end

  /// Tells how it went.
  ///
  /// - Parameter signal: The status for the signal that asked to stop, if one did.
  func conclude(_ signal: ExitStatus?) -> ExitStatus {
    let ledger = book.ledger
    tell(ledger)
    if let outcome = ledger.outcome {
      let status = outcome.code == .cancelled ? signal ?? .unexpected : ExitStatus(outcome.code)
      console.report(fatal: outcome, status)
      return status
    }
    guard ledger.failed == 0 else {
      let error = PouchError(
        .objectsFailed, "\(HumanText.count(ledger.failed, "object")) could not be stored")
      console.report(fatal: error, .objectsFailed)
      return .objectsFailed
    }
    guard ledger.invalid == 0 else {
      let error = PouchError(
        .badData,
        "\(HumanText.count(ledger.invalid, "object")) could not be taken for what it holds")
      console.report(fatal: error, .badData)
      return .badData
    }
    return .success
  }

  private func tell(_ ledger: ReceiveBook.Ledger) {
    guard ledger.begun > 0 || ledger.outcome == nil else { return }
    let elapsed = meter.elapsed
    console.log(
      .info,
      "received \(HumanText.count(ledger.stored, "object")), \(HumanText.size(ledger.bytes)) in "
        + "\(HumanText.duration(elapsed)); begun \(ledger.begun) = stored \(ledger.stored) + "
        + "refused \(ledger.refused) + incomplete \(ledger.incomplete)")
    console.event(
      "summary",
      [
        ("begun", .unsigned(ledger.begun)), ("stored", .unsigned(ledger.stored)),
        ("refused", .unsigned(ledger.refused)), ("incomplete", .unsigned(ledger.incomplete)),
        ("bytes", .unsigned(ledger.bytes)), ("seconds", .number(elapsed / .seconds(1))),
      ])
  }
}
