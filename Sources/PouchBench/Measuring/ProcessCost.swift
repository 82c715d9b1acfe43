internal import Glibc

/// What this process has cost so far, all threads together.
struct ProcessCost: Sendable {
  /// Nanoseconds of processor time.
  var processor: UInt64
  /// How often a thread gave way to another one.
  var switches: UInt64

  static func now() -> ProcessCost {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return ProcessCost(
      processor: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec),
      switches: UInt64(usage.ru_nvcsw + usage.ru_nivcsw))
  }
}
