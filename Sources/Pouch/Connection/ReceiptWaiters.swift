/// Who waits for which object to be settled.
///
/// Finding those whose objects were settled costs as much as there are of the fewer: waiters, or
/// objects. So it stays in proportion to what was sent, in whatever order the answers come.
struct ReceiptWaiters: Sendable {
  /// Those of one object. There is one as a rule, and an array for it alone would be an allocation
  /// for each object that somebody waits for.
  private struct Group: Sendable {
    let first: Waiter
    var others: [Waiter] = []
  }

  private var waiters: [UInt64: Group] = [:]

  mutating func insert(_ waiter: Waiter, for id: UInt64) {
    // Not through the subscript's accessor for changes in place, which allocates its frame.
    var group = waiters[id] ?? Group(first: waiter)
    if group.first !== waiter { group.others.append(waiter) }
    waiters.updateValue(group, forKey: id)
  }

  /// Moves whoever waits for an id in `run` to the end of `ready`, the lowest id first.
  mutating func take(_ run: ClosedRange<UInt64>, into ready: inout [Waiter]) {
    guard !waiters.isEmpty else { return }
    if run.upperBound - run.lowerBound < UInt64(waiters.count) {
      for id in run { take(id, into: &ready) }
    } else {
      for id in waiters.keys.filter(run.contains).sorted() { take(id, into: &ready) }
    }
  }

  private mutating func take(_ id: UInt64, into ready: inout [Waiter]) {
    guard let group = waiters.removeValue(forKey: id) else { return }
    ready.append(group.first)
    ready += group.others
  }

  /// Moves everybody to the end of `ready`.
  mutating func takeAll(into ready: inout [Waiter]) {
    take(0...(.max), into: &ready)
  }
}
