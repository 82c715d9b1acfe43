import PouchCore

/// The books of a receiver: begun = handled + refused + cancelled + incomplete, and those that are
/// being received or handled now.
public struct ReceiverSummary: Sendable, Hashable {
  /// Objects of which something came, and was taken in.
  public var begun: UInt64 = 0
  /// Objects that came whole, and were handled or, with acknowledgement level `received`, are at
  /// their handler.
  public var handled: UInt64 = 0
  /// Objects that this receiver or its handler refused.
  public var refused: UInt64 = 0
  /// Objects that their senders gave up.
  public var cancelled: UInt64 = 0
  /// Objects of which the rest did not come before their connection ended, or before this receiver
  /// was to have stopped.
  public var incomplete: UInt64 = 0

  init() {}

  static func += (books: inout ReceiverSummary, other: ReceiverSummary) {
    books.begun += other.begun
    books.handled += other.handled
    books.refused += other.refused
    books.cancelled += other.cancelled
    books.incomplete += other.incomplete
  }
}

/// The books over the connections of a receiver.
struct ReceptionBooks: Sendable {
  private var open: [any PeerConnection] = []
  private var ended = ReceiverSummary()
  /// Why the first connection ended that left an object incomplete.
  private(set) var reason: PouchError?

  /// The books now.
  var summary: ReceiverSummary { open.reduce(into: ended) { $0 += $1.reception } }

  mutating func add(_ connection: any PeerConnection) { open.append(connection) }

  mutating func remove(_ connection: any PeerConnection) {
    guard let index = open.firstIndex(where: { $0 === connection }) else { return }
    open.remove(at: index)
    let reception = connection.reception
    ended += reception
    if reception.incomplete > 0, reason == nil { reason = connection.endReason }
  }

  /// The error that a receiver ends with; nil when every object came whole.
  func error(after failure: PouchError?) -> PouchError? {
    guard ended.incomplete > 0 else { return failure }
    let books =
      "of \(ended.begun) objects that began, \(ended.incomplete) did not come whole; "
      + "\(ended.handled) were handled, \(ended.refused) refused and \(ended.cancelled) cancelled "
      + "by their senders"
    if let failure {
      return PouchError(
        failure.code, "\(failure.message); \(books)", hint: failure.hint, cause: failure.cause,
        endpoint: failure.endpoint, peer: failure.peer, objectID: failure.objectID,
        stage: failure.stage)
    }
    return PouchError(
      .objectsFailed, books, hint: "let their senders send them again",
      cause: reason?.description, endpoint: reason?.endpoint, peer: reason?.peer)
  }
}
