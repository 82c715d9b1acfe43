/// Whether the peer is alive, judged by what has arrived: a value that is told the time.
struct Liveness: Sendable {
  /// What to do after a tick.
  enum Verdict: Sendable, Equatable {
    case fine
    case ping
    /// No sign of life for three heartbeats.
    case silent
    /// A frame has begun and does not go on.
    case stalled
  }

  /// What has arrived so far.
  struct Progress: Sendable, Equatable {
    var bytes: UInt64 = 0
    /// Whether the last bytes left a frame incomplete.
    var isInsideFrame = false
    /// Whether this side waits for bytes; a handler that takes its time holds up the reading.
    var isListening = true
  }

  let heartbeat: Duration
  let body: Duration
  private var lastProgress = Progress()
  private var quietSince: Duration
  private var rate: MinimumRate
  private var hasPinged = false
  /// Since when this side has neither listened nor said that it lives.
  private var deafSince: Duration?

  init(heartbeat: Duration, body: Duration, now: Duration) {
    self.heartbeat = heartbeat
    self.body = body
    rate = MinimumRate(over: body)
    quietSince = now
  }

  /// How long until the next tick is due.
  var interval: Duration { min(heartbeat, body) / 2 }

  /// Judges, at `now`, what has arrived so far.
  mutating func tick(_ now: Duration, _ progress: Progress) -> Verdict {
    defer { lastProgress = progress }
    guard progress.isListening else { return tickWhileDeaf(now, progress.bytes) }
    deafSince = nil
    if progress.bytes != lastProgress.bytes {
      quietSince = now
      hasPinged = false
    }
    if rate.isTooSlow(now, bytes: progress.bytes, hasBegun: progress.isInsideFrame) {
      return .stalled
    }
    let quiet = now - quietSince
    if quiet >= heartbeat * 3 { return .silent }
    if quiet >= heartbeat, !hasPinged {
      hasPinged = true
      return .ping
    }
    return .fine
  }

  /// What the peer says meanwhile waits in the kernel, so that its silence means nothing, and so
  /// does its PING: this side says by itself that it lives.
  private mutating func tickWhileDeaf(_ now: Duration, _ bytes: UInt64) -> Verdict {
    quietSince = now
    hasPinged = false
    _ = rate.isTooSlow(now, bytes: bytes, hasBegun: false)
    guard let since = deafSince, now - since < heartbeat else {
      defer { deafSince = now }
      return deafSince == nil ? .fine : .ping
    }
    return .fine
  }
}
