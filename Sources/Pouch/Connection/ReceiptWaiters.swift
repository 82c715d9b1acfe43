/// Who waits for which object to be settled: a binary heap, the lowest id first, because
/// acknowledgements pass over ids in their order.
struct ReceiptWaiters: Sendable {
  private struct Entry: Sendable {
    var id: UInt64
    var waiter: Waiter
  }

  private var heap: [Entry] = []

  mutating func insert(_ waiter: Waiter, for id: UInt64) {
    heap.append(Entry(id: id, waiter: waiter))
    var child = heap.count - 1
    while child > 0, heap[child].id < heap[(child - 1) / 2].id {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Moves whoever waits for an id up to `mark` to the end of `ready`.
  mutating func take(upTo mark: UInt64, into ready: inout [Waiter]) {
    while let first = heap.first, first.id <= mark {
      ready.append(first.waiter)
      removeFirst()
    }
  }

  /// Moves whoever waits for an id of which `isTaken` holds to the end of `ready`; looks at all.
  mutating func take(where isTaken: (UInt64) -> Bool, into ready: inout [Waiter]) {
    let all = heap
    heap.removeAll(keepingCapacity: true)
    for entry in all {
      if isTaken(entry.id) {
        ready.append(entry.waiter)
      } else {
        insert(entry.waiter, for: entry.id)
      }
    }
  }

  private mutating func removeFirst() {
    let last = heap.removeLast()
    if heap.isEmpty { return }
    heap[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { return }
      if child + 1 < heap.count, heap[child + 1].id < heap[child].id { child += 1 }
      if heap[parent].id <= heap[child].id { return }
      heap.swapAt(parent, child)
      parent = child
    }
  }
}
