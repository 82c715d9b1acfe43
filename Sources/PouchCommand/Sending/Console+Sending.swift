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
  func tell(failed label: String, _ error: PouchError, to peer: PeerIdentity? = nil) {
    log(.error, SendBook.text(label, error), Console.details(error))
    var members: [(String, JSONValue)] = [("name", .text(label))]
    if let peer { members.append(("peer", .text(peer.description))) }
    event("rejected", members + Console.details(error))
  }

  /// Tells a sender's books at the end.
  ///
  /// - Parameter receivers: How many receivers a broadcast had.
  func tell(_ summary: SenderSummary, _ meter: ProgressMeter, receivers: Int? = nil) {
    let figures = meter.now
    let elapsed = meter.elapsed
    let audience = receivers.map { " to \(HumanText.count(UInt64($0), "receiver"))" } ?? ""
    log(
      .info,
      "sent \(HumanText.count(figures.objects, "object"))\(audience), "
        + "\(HumanText.size(figures.bytes)) in \(HumanText.duration(elapsed)) "
        + "(\(HumanText.rate(figures.bytes, in: elapsed))); "
        + "accepted \(summary.accepted) = acknowledged \(summary.acknowledged) + refused "
        + "\(summary.refused) + undelivered \(summary.undelivered) + in flight "
        + "\(summary.inFlight)")
    var members: [(String, JSONValue)] = [
      ("accepted", .unsigned(summary.accepted)), ("acknowledged", .unsigned(summary.acknowledged)),
      ("refused", .unsigned(summary.refused)), ("undelivered", .unsigned(summary.undelivered)),
      ("in-flight", .unsigned(summary.inFlight)), ("bytes", .unsigned(figures.bytes)),
      ("seconds", .number(elapsed / .seconds(1))),
    ]
    if let receivers { members.append(("receivers", .integer(Int64(receivers)))) }
    event("summary", members)
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
