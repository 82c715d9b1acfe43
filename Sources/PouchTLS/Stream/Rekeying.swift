/// When a side changes the key it sends with. OpenSSL does so only when told.
///
/// AES-GCM is safe for 2^24.5 full records under one key (RFC 8446, 5.5).
struct Rekeying {
  /// How many records one key may protect.
  let records: Int
  /// How long one key may be used.
  let age: Duration
  /// Whether the peer is asked to change its key as well. It counts its own records, so it need not.
  let asksPeer: Bool

  private var used = 0
  private var since: ContinuousClock.Instant

  init(records: Int = 1 << 23, age: Duration = .seconds(3600), asksPeer: Bool = false) {
    self.records = records
    self.age = age
    self.asksPeer = asksPeer
    since = .now
  }

  /// Counts a batch that is about to be sealed.
  ///
  /// - Returns: Whether the key must be changed before it.
  mutating func isDue(beforeBytes count: Int, now: ContinuousClock.Instant) -> Bool {
    let batch = count / PlaintextCursor.recordSize + 1
    guard used + batch > records || now - since >= age else {
      used += batch
      return false
    }
    used = batch
    since = now
    return true
  }
}
