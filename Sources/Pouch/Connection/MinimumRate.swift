/// Whether what has begun goes on fast enough: a value that is told the time.
package struct MinimumRate: Sendable {
  /// What has begun must bring this many bytes a second.
  package static let slowest: Double = 1024

  /// The time over which the rate is taken.
  package let period: Duration
  private var since: Duration?
  private var bytesBefore: UInt64 = 0

  package init(over period: Duration) {
    self.period = period
  }

  /// Judges what has arrived by `now`.
  ///
  /// - Parameters:
  ///   - bytes: How many bytes have arrived in all.
  ///   - hasBegun: Whether something has begun and not ended.
  /// - Returns: Whether it counts as stalled.
  package mutating func isTooSlow(_ now: Duration, bytes: UInt64, hasBegun: Bool) -> Bool {
    guard hasBegun else {
      since = nil
      return false
    }
    guard let begin = since else {
      since = now
      bytesBefore = bytes
      return false
    }
    let elapsed = now - begin
    guard elapsed >= period else { return false }
    if Double(bytes - bytesBefore) < MinimumRate.slowest * (elapsed / .seconds(1)) { return true }
    since = now
    bytesBefore = bytes
    return false
  }
}
