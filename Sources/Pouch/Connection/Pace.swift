/// Notices slow handlers without reading the clock for every object.
struct Pace {
  private static let patience = Duration.milliseconds(1)
  private static let longestStride = 64

  /// A `Duration`, because the size of an `Instant` is not known when this is compiled.
  private var last = Pace.now
  private var stride = 1
  private var left = 1

  private static let start = ContinuousClock.now
  private static var now: Duration { ContinuousClock.now - start }

  @inline(__always)
  mutating func isDue() -> Bool {
    left -= 1
    return left == 0 && check()
  }

  private mutating func check() -> Bool {
    let now = Pace.now
    let isSlow = now - last >= Pace.patience
    if isSlow { last = now }
    stride = isSlow ? 1 : min(stride * 2, Pace.longestStride)
    left = stride
    return isSlow
  }
}
