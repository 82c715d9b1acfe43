/// How long the end of a connection may take: a value that is told the time.
struct EndPatience: Sendable {
  /// What the end of a connection waits for.
  enum Stage: Sendable, Equatable {
    /// Nobody has begun to close, or this side owes nothing but what its user does.
    case open
    /// This side wants to close, and objects that have begun are not complete.
    case completing
    /// This side's handlers, after it was asked to stop.
    case handling
    /// Objects that the receiver has not answered for, or that have not left yet.
    case unsettled
    /// The peer's CLOSE alone.
    case unanswered
    /// Nothing more: the stream is ending.
    case over

    /// Whether it is about what this side was given before it was asked to stop.
    fileprivate var isOwn: Bool { self == .completing || self == .handling }
  }

  /// What has happened so far.
  struct Progress: Sendable, Equatable {
    var stage = Stage.open
    /// Objects that are settled, and bytes that have been written.
    var settled: UInt64 = 0
    var written: UInt64 = 0
  }

  /// What to do now.
  enum Verdict: Sendable, Equatable {
    case wait
    /// The time for what is not complete is over.
    case giveUpIncomplete
    /// The peer, or a handler, has had its time.
    case overdue(Stage)
  }

  let drain: Duration
  let close: Duration
  private var last = Progress()
  private var since = Duration.zero

  init(drain: Duration, close: Duration) {
    self.drain = drain
    self.close = close
  }

  /// How long until the next tick is due.
  var interval: Duration { min(drain, close, .seconds(4)) / 8 }

  /// Judges, at `now`, what has happened so far.
  mutating func tick(_ now: Duration, _ progress: Progress) -> Verdict {
    // What completes objects has one limit in all; an answer to any object begins the time anew.
    let isOwn = progress.stage.isOwn && last.stage.isOwn
    if !isOwn, progress != last { since = now }
    last = progress
    let passed = now - since
    switch progress.stage {
    case .open, .over: return .wait
    case .completing: return passed >= drain ? .giveUpIncomplete : .wait
    // A handler that was given up to has a moment to see it, and its object's sender to be told.
    case .handling: return passed >= drain + close ? .overdue(.handling) : .wait
    case .unsettled: return passed >= drain ? .overdue(.unsettled) : .wait
    case .unanswered: return passed >= close ? .overdue(.unanswered) : .wait
    }
  }
}
