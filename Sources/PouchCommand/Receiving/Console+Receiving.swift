internal import Pouch
internal import PouchCore

/// What is told of an object that has come, or begun to.
struct ReceivedObject: Sendable {
  let connection: ConnectionInfo
  let id: UInt64
  let format: ObjectFormat
  let attributes: Attributes

  init(_ delivery: StreamedDelivery) {
    connection = delivery.connection
    (id, format, attributes) = (delivery.id, delivery.format, delivery.attributes)
  }

  init(_ object: RefusedObject, _ connection: ConnectionInfo) {
    self.connection = connection
    (id, format, attributes) = (object.id, object.format, object.attributes)
  }

  /// For people.
  var label: String {
    let name = attributes.name.map { "'\($0)'" } ?? "object \(id)"
    return "\(name) from \(connection.peer)"
  }

  /// For machines.
  var members: [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("id", .unsigned(id)), ("peer", .text(connection.peer.description)),
      ("format", .text(format.description)),
    ]
    if let name = attributes.name { members.append(("name", .text(name))) }
    return members
  }
}

extension Console {
  /// Tells an object that is where it belongs.
  func tell(stored object: ReceivedObject, _ stored: StoredObject) async {
    let attributes = object.attributes
    let name = attributes.name ?? stored.file ?? "an object"
    var text =
      "received \(name) (\(HumanText.size(stored.size))) from \(object.connection.peer)"
    if let file = stored.file, file != name { text += " as \(file)" }
    if !stored.attachments.isEmpty {
      text += ", attachments as \(stored.attachments.joined(separator: ", "))"
    }
    log(.info, text)
    if let losses = stored.losses {
      warn("lost", losses, "the output does not hold all of \(object.label): \(losses)")
    }
    var members = object.members
    if let type = attributes.contentType { members.append(("type", .text(type))) }
    if !attributes.headers.isEmpty {
      let headers = attributes.headers.sorted { $0.key < $1.key }
      members.append(("headers", .object(headers.map { ($0.key, .text($0.value)) })))
    }
    members.append(("size", .unsigned(stored.size)))
    if let file = stored.file { members.append(("file", .text(file))) }
    if !stored.attachments.isEmpty {
      members.append(("attachments", .array(stored.attachments.map { .text($0) })))
    }
    await answer("object", members)
  }

  /// Tells an object that was refused.
  ///
  /// - Parameter reason: For people on this side.
  func tell(refused object: ReceivedObject, _ refusal: Refusal, _ reason: String) async {
    await answer("rejected", warn(refused: object, refusal, reason))
  }

  /// Tells an object that was refused before its handler saw it, where nobody can wait for room.
  func note(refused object: ReceivedObject, _ refusal: Refusal) {
    event("rejected", warn(refused: object, refusal, refusal.text))
  }

  /// - Returns: The members of the event that says the same.
  private func warn(
    refused object: ReceivedObject, _ refusal: Refusal, _ reason: String
  ) -> [(String, JSONValue)] {
    warn("refused", reason, "refused \(object.label): \(reason)")
    return object.members + [
      ("code", .text(refusal.code)), ("retryable", .bool(refusal.isRetryable)),
      ("message", .text(reason)),
    ]
  }

  /// Tells an object of which the rest will not come.
  func tell(incomplete object: ReceivedObject, _ error: any Error) async {
    let reason = (error as? PouchError).map { Console.reason($0) } ?? "\(error)"
    warn("incomplete", reason, "\(object.label) did not come whole: \(error)")
    await answer("incomplete", object.members + [("message", .text("\(error)"))])
  }

  /// Tells what stands in the output of an object that came to nothing. Each is told: nothing else
  /// says where the output is not what it seems.
  func tell(torn object: ReceivedObject, _ written: UInt64, _ cause: any Error) {
    log(
      .error,
      "stdout holds the first \(HumanText.count(written, "byte")) of \(object.label), and not the "
        + "rest: \(cause)", object.members + [("written", .unsigned(written))])
  }

  /// Tells a receiver's books at the end.
  func tell(_ ledger: ReceiveBook.Ledger, _ meter: ProgressMeter) {
    let elapsed = meter.elapsed
    let torn = ledger.torn == 0 ? "" : "; a part of \(ledger.torn) of them stands in the output"
    log(
      .info,
      "received \(HumanText.count(ledger.stored, "object")), \(HumanText.size(ledger.bytes)) in "
        + "\(HumanText.duration(elapsed)); \(ledger.sum)\(torn)")
    lastEvent(
      "summary",
      [
        ("begun", .unsigned(ledger.begun)), ("stored", .unsigned(ledger.stored)),
        ("refused", .unsigned(ledger.refused)), ("incomplete", .unsigned(ledger.incomplete)),
        ("bytes", .unsigned(ledger.bytes)), ("seconds", .number(elapsed / .seconds(1))),
      ])
  }
}
