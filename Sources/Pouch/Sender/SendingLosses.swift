import PouchCore

/// What became of no use on connections that have ended, and why.
struct SendingLosses: Sendable {
  /// Objects that were refused, and nobody was told.
  var refused: UInt64 = 0
  /// The first of those refusals.
  var refusal: PouchError?
  /// Objects that were not delivered.
  var undelivered: UInt64 = 0
  /// Why the first connection with such objects ended.
  var reason: PouchError?

  static func += (losses: inout SendingLosses, other: SendingLosses) {
    losses.refused += other.refused
    losses.refusal = losses.refusal ?? other.refusal
    losses.undelivered += other.undelivered
    losses.reason = losses.reason ?? other.reason
  }

  /// The error that a sender ends with.
  ///
  /// - Parameters:
  ///   - summary: The books.
  ///   - failure: Why a connection broke while the sender waited for its end.
  /// - Returns: nil when everything went well.
  func error(_ summary: SenderSummary, after failure: PouchError?) -> PouchError? {
    guard undelivered > 0 || refused > 0 else { return failure }
    var books =
      "of \(summary.accepted) objects that were accepted, \(summary.acknowledged) were "
      + "acknowledged, \(summary.refused) refused and \(summary.undelivered) not delivered"
    if summary.inFlight > 0 { books += "; of \(summary.inFlight) nothing is known" }
    if let failure {
      let error = PouchError(
        failure.code, "\(failure.message); \(books)", hint: failure.hint, cause: failure.cause,
        endpoint: failure.endpoint, peer: failure.peer, objectID: failure.objectID,
        stage: failure.stage)
      // It says, too, whether the peer broke the protocol.
      return failure.answer.map { error.answered(by: $0) } ?? error
    }
    let why = undelivered > 0 ? reason : refusal
    return PouchError(
      .objectsFailed, books, hint: why?.hint, cause: why?.description, endpoint: why?.endpoint,
      peer: why?.peer)
  }
}
