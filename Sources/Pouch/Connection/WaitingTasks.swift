import PouchCore

/// The tasks that wait on one connection, by what they wait for. A value of the state under its
/// lock: what is taken from here is fired when the lock is free.
struct WaitingTasks: Sendable {
  private var unwritten: [Waiter] = []
  private var window: [Waiter] = []
  private var receipts = ReceiptWaiters()
  private var end: [Waiter] = []
  private var spare: [Waiter] = []
  /// Waiters beyond this are not kept for the next wait.
  private static let mostSpare = 32

  // MARK: Waiting

  /// Waits for what stands in the way of an object.
  mutating func wait(for obstacle: Outbox.Obstacle) -> Waiter {
    let waiter = makeWaiter()
    switch obstacle {
    case .unwritten: unwritten.append(waiter)
    case .window: window.append(waiter)
    }
    return waiter
  }

  /// Waits for object `id` to be settled.
  mutating func wait(forReceiptOf id: UInt64) -> Waiter {
    let waiter = makeWaiter()
    receipts.insert(waiter, for: id)
    return waiter
  }

  mutating func waitForEnd() -> Waiter {
    let waiter = makeWaiter()
    end.append(waiter)
    return waiter
  }

  /// Takes back a waiter whose event has come: it is in no list any more, and can be used again.
  mutating func recycle(_ waiter: Waiter) {
    if spare.count < WaitingTasks.mostSpare { spare.append(waiter) }
  }

  private mutating func makeWaiter() -> Waiter {
    guard let waiter = spare.popLast() else { return Waiter() }
    waiter.reset()
    return waiter
  }

  // MARK: Taking

  /// Those who wait for the outbox to be written; `ready` must be empty, and lends its memory.
  mutating func takeUnwritten(into ready: inout [Waiter]) {
    assert(ready.isEmpty, "nobody is forgotten")
    swap(&ready, &unwritten)
  }

  /// Those who wait for the window to open, if `isOpen` says that it has.
  mutating func takeWindow(into ready: inout [Waiter], _ isOpen: () -> Bool) {
    guard !window.isEmpty, isOpen() else { return }
    ready += window
    window.removeAll(keepingCapacity: true)
  }

  /// Those who wait for an object that is settled now.
  mutating func takeReceipts(of settled: borrowing SettledSet, into ready: inout [Waiter]) {
    receipts.take(upTo: settled.upTo, into: &ready)
    guard !settled.ranges.isEmpty else { return }
    let settled = copy settled
    receipts.take(where: { settled.contains($0) }, into: &ready)
  }

  /// Those who wait for object `id`.
  mutating func takeReceipts(of id: UInt64, into ready: inout [Waiter]) {
    receipts.take(where: { $0 == id }, into: &ready)
  }

  /// Those who wait to send.
  mutating func takeSenders(into ready: inout [Waiter]) {
    ready += window
    ready += unwritten
    window.removeAll(keepingCapacity: true)
    unwritten.removeAll(keepingCapacity: true)
  }

  /// Everybody.
  mutating func takeAll() -> [Waiter] {
    var ready = end
    end = []
    takeSenders(into: &ready)
    receipts.take(upTo: .max, into: &ready)
    return ready
  }
}
