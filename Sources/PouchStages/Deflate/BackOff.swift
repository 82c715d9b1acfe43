/// Whether an attempt to compress is worth its time.
///
/// Data that does not compress seldom stands alone: after each attempt in vain twice as many
/// bodies as before are let through untried, at most 64, until an attempt succeeds.
struct BackOff {
  static let most = 64

  private var skipping = 0
  private var penalty = 1

  /// Says whether to try this body, and counts it.
  mutating func tries() -> Bool {
    guard skipping > 0 else { return true }
    skipping -= 1
    return false
  }

  /// Learns from an attempt.
  mutating func note(success: Bool) {
    if success {
      penalty = 1
    } else {
      skipping = penalty
      penalty = min(penalty * 2, BackOff.most)
    }
  }
}
