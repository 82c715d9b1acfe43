internal import CPouchBench
internal import Glibc

/// Counts the system calls of this process, of every kind, by a tracepoint of the kernel.
///
/// Counting makes every call a little slower, so that rounds with a counter are not timed. Not
/// every user may count: the kernel asks for CAP_PERFMON and for tracefs to be readable.
final class SystemCallCounter: Sendable {
  private static let places = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"]

  private let descriptors: [Int32]

  /// Begins to count for the threads that there are, and for those that they start.
  ///
  /// - Returns: nil when this user may not.
  init?() {
    guard let tracepoint = SystemCallCounter.tracepoint(),
      let threads = try? SystemFile.entries("/proc/self/task").compactMap({ Int32($0) })
    else { return nil }
    var descriptors: [Int32] = []
    for thread in threads {
      let descriptor = pouch_bench_count(thread, tracepoint)
      if descriptor >= 0 { descriptors.append(descriptor) }
    }
    self.descriptors = descriptors
    // A thread may have ended meanwhile, but one that cannot be counted would be a wrong count.
    guard !descriptors.isEmpty, descriptors.count == threads.count else { return nil }
  }

  deinit {
    for descriptor in descriptors { close(descriptor) }
  }

  private static func tracepoint() -> UInt64? {
    for place in places {
      if let text = try? SystemFile.text("\(place)/events/raw_syscalls/sys_enter/id"),
        let id = UInt64(text.filter(\.isNumber))
      {
        return id
      }
    }
    return nil
  }

  /// The calls so far, but for those that reading has made.
  func count(readings: UInt64) -> UInt64 {
    var total: UInt64 = 0
    for descriptor in descriptors {
      var count: UInt64 = 0
      if pouch_bench_read_count(descriptor, &count) == 0 { total += count }
    }
    let own = readings * UInt64(descriptors.count)
    return total > own ? total - own : 0
  }
}
