internal import CPouchBench

/// Decides which object is sent next and when, at a given rate, over connections that take turns.
/// Used by one thread, which may sleep.
struct PacedSending: Sendable {
  private let schedule: Schedule
  private let connections: Int
  private var makers: [ObjectMaker]
  /// How many objects have been given out, over all connections.
  private(set) var sent: UInt64 = 0
  /// When what is behind the plan is given up.
  private let deadline: UInt64
  private var lag = LatencyRecorder()
  private var timed: UInt64 = 0
  private var firstTimed: UInt64?
  private var lastSent: UInt64 = 0

  /// Begins now: nothing is to be connected any more.
  init(_ round: RoundPlan, _ schedule: Schedule, clock: RoundClock, rate: Double) {
    _ = pouch_bench_sleep_precisely()
    self.schedule = schedule
    connections = round.connections
    // A receiver that is to sleep first has the time to.
    let begin = MonotonicClock.now() + 1_000_000
    schedule.begin = begin
    var round = round
    switch round.extent {
    // Whoever asks for so many objects gets them, however long it takes.
    case .count: deadline = .max
    case .time(let warmUp, let duration):
      let each = rate / Double(round.connections)
      round.extent = .count(
        warmUp: UInt64(Double(warmUp) / 1e9 * each),
        objects: max(1, UInt64(Double(duration) / 1e9 * each)))
      // The last object may be due a little later, and is late by as much as others are.
      let slack = max(duration / 10, UInt64(2e9 / each))
      deadline = begin + warmUp + duration + slack + 50_000_000
    }
    let plan = round
    makers = (0..<round.connections).map { connection in
      ObjectMaker(plan, connection: connection, clock: clock, begin: begin)
    }
  }

  /// The next object, and the connection that it is for; nil when all have been sent, or there was
  /// no time for the rest.
  mutating func next() -> (connection: Int, tag: ObjectTag)? {
    let connection = Int(sent % UInt64(connections))
    if connection == 0, MonotonicClock.now() > deadline {
      for index in makers.indices { makers[index].endEarly() }
    }
    guard let tag = makers[connection].next() else { return nil }
    sent += 1
    return (connection, tag)
  }

  /// Writes an object that was given out.
  func write(
    _ object: (connection: Int, tag: ObjectTag), into memory: UnsafeMutableRawBufferPointer,
    refresh: Bool
  ) {
    makers[object.connection].writer.write(object.tag, into: memory, refresh: refresh)
  }

  /// Sleeps until the time has come for the object that was given out last.
  mutating func waitUntilDue(_ tag: ObjectTag) {
    let due = schedule.time(of: sent - 1)
    var now = MonotonicClock.now()
    if now < due {
      MonotonicClock.sleep(until: due)
      now = MonotonicClock.now()
    }
    lastSent = now
    if firstTimed != nil {
      lag.record(from: due, to: now)
      timed += 1
    } else if tag.starts {
      firstTimed = due
    }
  }

  /// Whether the time has come for the object behind the one that was given out last.
  var isNextDue: Bool { MonotonicClock.now() >= schedule.time(of: sent) }

  /// Adds what is known of the sending to what is known of the arrivals.
  func add(to figures: inout RoundFigures) {
    guard let firstTimed, timed > 0, lastSent > firstTimed else { return }
    figures[.lag] = Double(lag.value(50)) / 1000
    figures[.achieved] = Double(timed) / (Double(lastSent - firstTimed) / 1e9)
  }
}
