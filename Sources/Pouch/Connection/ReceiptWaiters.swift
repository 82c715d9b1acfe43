/// Who waits for which object to be settled.
///
/// Finding those whose objects were settled costs as much as there are of the fewer: waiters, or
/// objects. So it stays in proportion to what was sent, in whatever order the answers come.
struct ReceiptWaiters: Sendable {
  private var waiters: [UInt64: [Waiter]] = [:]

  mutating func insert(_ waiter: Waiter, for id: UInt64) {
    waiters[id, default: []].append(waiter)
  }

  /// Moves whoever waits for an id in `run` to the end of `ready`, the lowest id first.
  mutating func take(_ run: ClosedRange<UInt64>, into ready: inout [Waiter]) {
    guard !waiters.isEmpty else { return }
    if run.upperBound - run.lowerBound < UInt64(waiters.count) {
      for id in run {
        if let found = waiters.removeValue(forKey: id) { ready += found }
      }
    } else {
      for id in waiters.keys.filter(run.contains).sorted() {
        if let found = waiters.removeValue(forKey: id) { ready += found }
      }
    }
  }

  /// Moves everybody to the end of `ready`.
  mutating func takeAll(into ready: inout [Waiter]) {
    take(0...(.max), into: &ready)
  }
}
