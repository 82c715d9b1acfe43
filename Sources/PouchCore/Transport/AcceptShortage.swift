/// What becomes of a listener that cannot accept because descriptors or memory have run out.
package enum AcceptShortage: Sendable {
  /// Accepting has paused, for this reason; said once until it is over.
  case began(PouchError)
  /// A connection waits, and there is no descriptor for it; said each time.
  case goesOn
  /// Accepting has gone well for a while.
  case ended
}

/// A listener that says when it cannot accept.
package protocol ShortageReporting: Sendable {
  /// Calls `body` with what happens, from the task that accepts. To be called before `accept`.
  func onShortage(_ body: @escaping @Sendable (AcceptShortage) -> Void)
}

/// Decides when a shortage is told, so that one which comes and goes is told once: a value that is
/// told the time.
package struct ShortageBook: Sendable {
  /// How long accepting must go well before the shortage counts as over.
  package static let calm = Duration.seconds(1)

  private var last: Duration?

  package init() {}

  /// Whether a shortage was told and not yet its end.
  package var isOpen: Bool { last != nil }

  /// When a shortage that does not come back is over; nil when there is none.
  package var end: Duration? { last.map { $0 + ShortageBook.calm } }

  /// Notes that a descriptor was missing at `now`.
  ///
  /// - Returns: Whether that is to be told.
  package mutating func lacks(_ now: Duration) -> Bool {
    defer { last = now }
    return last == nil
  }

  /// Notes that none was missing at `now`.
  ///
  /// - Returns: Whether the end is to be told.
  package mutating func suffices(_ now: Duration) -> Bool {
    guard let end, now >= end else { return false }
    last = nil
    return true
  }
}
