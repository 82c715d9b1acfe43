/// Which objects of a connection belong to the warm-up, start the clock, and end the round.
///
/// The clock is read once for about 64 KiB of objects, so that it costs nothing for small ones.
struct Course: Sendable {
  private enum Phase { case warmUp, timed, over }

  /// How much longer than planned a round goes on, in nanoseconds, whose clock does not start:
  /// what is to start it has been lost.
  private static let patience: UInt64 = 30_000_000_000

  private let extent: RoundExtent
  private let clock: RoundClock
  /// When the round began, on the monotonic clock.
  private let begin: UInt64
  /// How many objects pass between two looks at the clock.
  private let stride: UInt64
  private var phase = Phase.warmUp
  private var hasBegun = false
  private var isEnding = false
  /// How many objects there are until something is to be decided.
  private var left: UInt64 = 1

  /// - Parameters:
  ///   - clock: Tells when the objects began to be counted, which is what a duration is counted
  ///     from.
  ///   - begin: When the warm-up began.
  ///   - looksOften: Whether the clock is looked at for every object, however small.
  init(
    _ extent: RoundExtent, clock: RoundClock, begin: UInt64, size: Int, looksOften: Bool
  ) {
    self.extent = extent
    self.clock = clock
    self.begin = begin
    stride = looksOften ? 1 : UInt64(min(max((64 << 10) / (size + 4), 1), 1024))
  }

  /// What the next object's tag says of the clock; nil when there is no next object.
  @inline(__always)
  mutating func next() -> UInt64? {
    left &-= 1
    return left > 0 ? 0 : decide()
  }

  /// Ends the round with the next object that can end it: there is no time for the others.
  mutating func endEarly() {
    guard phase != .over else { return }
    isEnding = true
    left = 1
  }

  private mutating func decide() -> UInt64? {
    switch phase {
    case .warmUp: return warmUp()
    case .timed: return time()
    case .over:
      left = 1
      return nil
    }
  }

  private mutating func warmUp() -> UInt64 {
    switch extent {
    case .time(let warmUp, _):
      left = stride
      guard isEnding || MonotonicClock.now() >= begin + warmUp else { return 0 }
    case .count(let warmUp, let objects):
      if !hasBegun, !isEnding, warmUp > 0 {
        hasBegun = true
        left = warmUp
        return 0
      }
      left = objects
    }
    phase = .timed
    if isEnding { left = 1 }
    return ObjectTag.start
  }

  private mutating func time() -> UInt64 {
    if case .time(let warmUp, let duration) = extent, !isEnding {
      let start = clock.startTime ?? begin + warmUp + Course.patience
      if MonotonicClock.now() < start + duration {
        left = stride
        return 0
      }
    }
    phase = .over
    left = 1
    return ObjectTag.last
  }
}
