/// Says which objects a connection carries, one after the other. Used by one task or thread.
struct ObjectMaker: Sendable {
  let writer: ObjectWriter
  private var course: Course
  /// The next object's tag, as far as the clock has nothing to do with it.
  private var following: UInt64
  private let clock: RoundClock
  private var startedAt: UInt64 = 0
  /// How many objects followed the one that started the clock.
  private(set) var timed: UInt64 = 0

  /// - Parameters:
  ///   - clock: The clock of the round.
  ///   - begin: When the round began.
  ///   - looksOften: Whether the clock is looked at for every object, however small.
  init(
    _ round: RoundPlan, connection: Int, clock: RoundClock, begin: UInt64,
    looksOften: Bool = false
  ) {
    writer = ObjectWriter(round.content, corrupts: round.corrupts)
    self.clock = clock
    course = Course(
      round.extent, clock: clock, begin: begin, size: round.content.size, looksOften: looksOften)
    following = ObjectTag(connection: connection).rawValue
  }

  /// The size of every object, in bytes.
  var size: Int { writer.content.size }

  /// How many objects there have been.
  var count: UInt64 { ObjectTag(rawValue: following).sequence }

  /// The tag of the next object; nil when the round is over.
  @inline(__always)
  mutating func next() -> ObjectTag? {
    guard let word = course.next() else { return nil }
    let tag = ObjectTag(rawValue: following | word)
    following &+= 1
    if word != 0 { note(tag) }
    return tag
  }

  @inline(never)
  private mutating func note(_ tag: ObjectTag) {
    if tag.starts {
      if clock.runsAtSender { clock.start() }
      startedAt = tag.sequence
    }
    if tag.isLast { timed = tag.sequence - startedAt }
  }

  /// Whether an object that came back looks as it was made.
  func matches(_ tag: ObjectTag, _ object: UnsafeRawBufferPointer) -> Bool {
    guard object.count == size, let base = object.baseAddress else { return false }
    return writer.content.matches(tag, base)
  }

  /// Ends the round with the next object that can end it.
  mutating func endEarly() { course.endEarly() }
}
