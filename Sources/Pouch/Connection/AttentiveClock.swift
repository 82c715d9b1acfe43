/// Counts the time in which this thread could have read what came: a value that is told how long
/// sleeps were to be, and how long they were.
///
/// Who waits for a peer must not count the time in which this side's own thread was busy
/// elsewhere, such as in the handler of another connection: the peer's word may wait in the kernel.
/// A sleep that ended late says that the thread was not there, and it counts for nothing.
package struct AttentiveClock: Sendable {
  /// The time that counts.
  package private(set) var elapsed = Duration.zero
  /// A sleep that is late by less counts: every one is late by a little.
  private static let leastLateness = Duration.milliseconds(50)

  package init() {}

  /// Books a sleep.
  ///
  /// - Returns: Whether it counts.
  @discardableResult
  package mutating func book(slept: Duration, of planned: Duration) -> Bool {
    guard slept - planned <= max(planned / 2, AttentiveClock.leastLateness) else { return false }
    elapsed += slept
    return true
  }

  /// Sleeps for `planned` and books it.
  ///
  /// - Returns: Whether it counts.
  /// - Throws: `CancellationError`.
  package mutating func sleep(for planned: Duration) async throws -> Bool {
    let start = ContinuousClock.now
    try await Task.sleep(for: planned)
    return book(slept: ContinuousClock.now - start, of: planned)
  }

  /// Sleeps until `limit` has passed that counts.
  ///
  /// - Throws: `CancellationError`.
  package static func sleep(for limit: Duration) async throws {
    var clock = AttentiveClock()
    // In several parts, so that there is time to read behind one that was late.
    while clock.elapsed < limit {
      _ = try await clock.sleep(for: min(limit / 8, limit - clock.elapsed))
    }
  }

  /// Lets everything that is due on this thread go first, and with it the reading of what is there.
  ///
  /// The first sleep ends in a turn of the loop that has asked the kernel; what that brought is
  /// read before the second one ends.
  ///
  /// - Throws: `CancellationError`.
  static func letOthersRead() async throws {
    for _ in 0..<2 { try await Task.sleep(for: .milliseconds(1)) }
  }
}
