internal import Pouch
internal import PouchCore

extension Console {
  /// What is known of an object that is sent, for machines.
  static func describe(
    _ id: UInt64, _ label: String, _ size: UInt64, to peer: PeerIdentity? = nil
  ) -> [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("id", .unsigned(id)), ("name", .text(label)), ("size", .unsigned(size)),
    ]
    if let peer { members.append(("peer", .text(peer.description))) }
    return members
  }

  /// Tells an object that came to nothing while the others may not.
  ///
  /// What the receiver refuses for one reason again and again is told once, with a count; what is
  /// wrong with inputs is another matter each time. Events tell each object.
  func tell(
    failed label: String, _ error: PouchError, to peer: PeerIdentity? = nil
  ) async {
    let text = SendBook.text(label, error)
    if error.code == .rejected {
      let reason = Console.reason(error) + (peer.map { " (\($0))" } ?? "")
      warn("refused", reason, text, Console.details(error), level: .error)
    } else {
      log(.error, text, Console.details(error))
    }
    var members: [(String, JSONValue)] = [("name", .text(label))]
    if let peer { members.append(("peer", .text(peer.description))) }
    await answer("rejected", members + Console.details(error))
  }

  /// Tells a sender's books at the end.
  ///
  /// - Parameters:
  ///   - book: What the command itself knows.
  ///   - elapsed: How long it took.
  ///   - receivers: How many receivers a broadcast had.
  func tell(
    _ summary: SenderSummary, _ book: SendBook, in elapsed: Duration, receivers: Int? = nil
  ) {
    let figures = book.figures
    let audience = receivers.map { " to \(HumanText.count(UInt64($0), "receiver"))" } ?? ""
    log(
      .info,
      "sent \(HumanText.count(figures.delivered, "object"))\(audience), "
        + "\(HumanText.size(figures.bytes)) in \(HumanText.duration(elapsed)) "
        + "(\(HumanText.rate(figures.bytes, in: elapsed))); "
        + summary.sum + (figures.failed > 0 ? "; failed here \(figures.failed)" : ""))
    var members: [(String, JSONValue)] = [
      ("accepted", .unsigned(summary.accepted)), ("acknowledged", .unsigned(summary.acknowledged)),
      ("refused", .unsigned(summary.refused)), ("undelivered", .unsigned(summary.undelivered)),
      ("in-flight", .unsigned(summary.inFlight)), ("failed", .unsigned(figures.failed)),
      ("bytes", .unsigned(figures.bytes)),
      ("seconds", .number(elapsed / .seconds(1))),
    ]
    if let receivers { members.append(("receivers", .integer(Int64(receivers)))) }
    lastEvent("summary", members)
  }
}

extension Console {
  /// Checks the books; a sum that does not hold is a failure of the program.
  ///
  /// - Parameter status: How the command ends but for that.
  /// - Returns: How it ends.
  func check(_ summary: SenderSummary?, _ status: ExitStatus) -> ExitStatus {
    do throws(PouchError) {
      try summary?.check()
      return status
    } catch {
      report(fatal: error, .unexpected)
      return .unexpected
    }
  }
}

extension SenderSummary {
  /// For people.
  var sum: String {
    "accepted \(accepted) = acknowledged \(acknowledged) + refused \(refused) + undelivered "
      + "\(undelivered) + in flight \(inFlight)"
  }

  /// - Throws: `.internal` when an object was lost or booked twice.
  func check() throws(PouchError) {
    guard accepted != acknowledged + refused + undelivered + inFlight else { return }
    throw PouchError(
      .internal, "the books are wrong: \(sum) does not hold",
      hint: "this is a fault of pouch-send: please report it")
  }
}

extension Receipt {
  /// Waits for the receiver's word.
  ///
  /// - Parameters:
  ///   - timeout: For how long; nil for as long as it takes.
  ///   - label: What the object is called.
  func answer(within timeout: Duration?, of label: String) async throws(PouchError) {
    guard let timeout else { return try await received() }
    try await withDeadline(timeout, "the acknowledgement of '\(label)'") {
      () async throws(PouchError) in
      try await received()
    }
  }
}
