internal import Glibc

/// Nanoseconds of a clock that nobody sets, the same for every thread.
enum MonotonicClock {
  @inline(never)
  static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Blocks the calling thread until `instant`.
  static func sleep(until instant: UInt64) {
    var time = timespec(
      tv_sec: Int(instant / 1_000_000_000), tv_nsec: Int(instant % 1_000_000_000))
    while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
  }

  /// The smallest step that the clock was seen to make, in nanoseconds.
  static func resolution() -> UInt64 {
    var smallest = UInt64.max
    var last = now()
    for _ in 0..<10_000 {
      let next = now()
      if next > last { smallest = min(smallest, next - last) }
      last = next
    }
    return smallest
  }
}
