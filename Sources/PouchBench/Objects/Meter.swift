/// What the receiving side of one connection keeps: how many objects came, whether they are those
/// that were sent, and when they came. Used by one task or thread at a time.
struct Meter {
  private let content: ObjectContent
  private let clock: RoundClock
  private let first: ObjectTag
  /// The tag that is due, as far as the clock has nothing to do with it. No tag is like the first
  /// value, so that the first object is looked at as a whole.
  private var expected = UInt64.max
  private(set) var received: UInt64 = 0
  private(set) var fault: ObjectFault?
  private var startedAt: UInt64?
  private var lastAt: UInt64?
  private let schedule: Schedule?
  /// How long after their planned times objects arrived.
  private(set) var arrivals: LatencyRecorder?

  /// - Parameter schedule: When objects were to be sent, where latency is measured from that.
  init(
    _ content: ObjectContent, connection: Int, clock: RoundClock, schedule: Schedule? = nil
  ) {
    self.content = content
    self.clock = clock
    first = ObjectTag(connection: connection)
    self.schedule = schedule
    if schedule != nil { arrivals = LatencyRecorder() }
  }

  /// Whether the object that ends the round has come.
  var isComplete: Bool { lastAt != nil }

  /// How many objects came while the clock ran.
  var counted: UInt64 {
    guard let startedAt, let lastAt else { return 0 }
    return lastAt - startedAt
  }

  /// Takes in one object as it arrived.
  @inline(__always)
  mutating func add(_ object: UnsafeRawBufferPointer) {
    received &+= 1
    guard object.count == content.size, let base = object.baseAddress else {
      return note(.size(expected: content.size, found: object.count))
    }
    let tag = ObjectTag(rawValue: base.loadUnaligned(as: UInt64.self))
    if tag.rawValue == expected, content.matches(tag, base) {
      expected &+= 1
      if schedule != nil, startedAt != nil { recordArrival(tag) }
      return
    }
    examine(tag, object, base)
  }

  /// Looks at what is not an object like the one before it: the first, one that the clock has to do
  /// with, or a wrong one.
  @inline(never)
  private mutating func examine(
    _ tag: ObjectTag, _ object: UnsafeRawBufferPointer, _ base: UnsafeRawPointer
  ) {
    guard fault == nil else { return }
    let isFirst = expected == .max
    let due = isFirst ? first.rawValue : expected
    guard tag.identity == due else { return note(.order(expected: due, found: tag.rawValue)) }
    guard isFirst ? content.matchesWhole(tag, object) : content.matches(tag, base) else {
      return note(.content(object: tag.rawValue))
    }
    expected = due &+ 1
    if tag.starts {
      clock.start()
      startedAt = tag.sequence
    } else if schedule != nil, startedAt != nil {
      recordArrival(tag)
    }
    if tag.isLast {
      clock.stop()
      lastAt = tag.sequence
    }
  }

  /// Keeps the first thing that is wrong.
  mutating func note(_ fault: ObjectFault) {
    if self.fault == nil { self.fault = fault }
    clock.giveUp()
  }

  @inline(never)
  private mutating func recordArrival(_ tag: ObjectTag) {
    guard let planned = schedule?.time(of: tag) else { return }
    arrivals?.record(from: planned, to: MonotonicClock.now())
  }
}
