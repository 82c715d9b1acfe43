/// Work that is repeated for a time.
enum Timed {
  /// - Parameters:
  ///   - bytes: What `body` works through each time.
  ///   - seconds: How long to go on, at least; a tenth of it comes before the clock starts.
  static func bytesPerSecond(
    _ bytes: Int, seconds: Double, _ body: () throws -> Void
  ) rethrows -> Double {
    let warm = MonotonicClock.now() + UInt64(seconds * 1e8)
    repeat { try body() } while MonotonicClock.now() < warm
    let begin = MonotonicClock.now()
    let end = begin + UInt64(seconds * 1e9)
    var times = 0
    var now = begin
    repeat {
      try body()
      times += 1
      now = MonotonicClock.now()
    } while now < end
    return Double(bytes) * Double(times) / Double(now - begin) * 1e9
  }
}
