internal import PouchCore

/// How what arrived differs from what was sent.
enum ObjectFault: Sendable, Equatable {
  case size(expected: Int, found: Int)
  case order(expected: UInt64, found: UInt64)
  case content(object: UInt64)
  case stray
  case missing(sent: UInt64, received: UInt64)
  case unfinished(received: UInt64)

  /// The error that ends the run.
  func error(_ contender: String) -> PouchError {
    PouchError(
      .badData, "\(contender): \(text)",
      hint: "nothing that was measured counts: what arrives must be what was sent")
  }

  private var text: String {
    switch self {
    case .size(let expected, let found):
      "an object of \(found) bytes arrived in the place of one of \(expected)"
    case .order(let expected, let found):
      "object \(ObjectTag(rawValue: found).sequence) arrived in the place of "
        + "object \(ObjectTag(rawValue: expected).sequence)"
    case .content(let object):
      "object \(ObjectTag(rawValue: object).sequence) arrived with other content than it was sent"
    case .stray: "an object arrived that belongs to no connection"
    case .missing(let sent, let received): "\(sent) objects were sent and \(received) arrived"
    case .unfinished(let received): "the last object did not arrive; \(received) others did"
    }
  }
}
