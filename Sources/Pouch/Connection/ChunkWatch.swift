/// Which objects that come in chunks have come to a stop: a value that is told the time.
///
/// What else the connection says is no excuse: a PONG is no part of the object. But a peer is judged
/// only while it can go on: not while this side does not read, or owes an answer for what came whole,
/// which the peer's window may wait for.
struct ChunkWatch: Sendable {
  private struct Entry: Sendable {
    var offset: UInt64
    var since: Duration
  }

  /// How long an object may bring nothing.
  let limit: Duration
  private var entries: [UInt64: Entry] = [:]

  init(limit: Duration) { self.limit = limit }

  /// Judges the objects that are incomplete at `now`.
  ///
  /// - Parameters:
  ///   - offsets: How far each of them has come, in bytes.
  ///   - mayGoOn: Whether nothing on this side is in the peer's way.
  /// - Returns: Those that have brought nothing for too long.
  mutating func tick(
    _ now: Duration, _ offsets: [UInt64: UInt64], mayGoOn: Bool
  ) -> [UInt64] {
    var next: [UInt64: Entry] = [:]
    var stalled: [UInt64] = []
    for (id, offset) in offsets {
      var entry = entries[id] ?? Entry(offset: offset, since: now)
      if entry.offset != offset || !mayGoOn { entry = Entry(offset: offset, since: now) }
      if now - entry.since >= limit { stalled.append(id) }
      next[id] = entry
    }
    entries = next
    return stalled.sorted()
  }
}
