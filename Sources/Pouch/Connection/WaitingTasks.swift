import PouchCore

/// The tasks that wait on one connection, by what they wait for. A value of the state under its
/// lock: what is taken from here is fired when the lock is free.
struct WaitingTasks: Sendable {
  private var unwritten: [Waiter] = []
  private var window: [Waiter] = []
  private var incomplete: [Waiter] = []
  /// Those who wait for any of several connections to take an object.
  private var pickers: [ObjectIdentifier: Waiter] = [:]
  private var replies: [Waiter] = []
  private var receipts = ReceiptWaiters()
  private var sources = SourceWaiters()
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
    case .incomplete: incomplete.append(waiter)
    }
    return waiter
  }

  /// Lets `waiter` wait here, and elsewhere, for an object to be taken.
  mutating func pick(_ waiter: Waiter) { pickers[ObjectIdentifier(waiter)] = waiter }

  /// Forgets `waiter`, who waits here no more.
  mutating func unpick(_ waiter: Waiter) { pickers[ObjectIdentifier(waiter)] = nil }

  /// Waits for object `id` to be settled.
  mutating func wait(forReceiptOf id: UInt64) -> Waiter {
    let waiter = makeWaiter()
    receipts.insert(waiter, for: id)
    return waiter
  }

  /// Waits for what makes it vain to wait for the source of an object that has not begun.
  mutating func waitBesideSource() -> Waiter {
    let waiter = Waiter()
    sources.insert(waiter)
    return waiter
  }

  /// Lets `waiter`, who waits beside a source, wait for object `id` from here on, which has begun.
  mutating func begin(_ id: UInt64, _ waiter: Waiter) { sources.begin(id, waiter) }

  /// Forgets who waits beside a source that has come to its end.
  ///
  /// - Parameter id: Its object; nil when that did not begin.
  mutating func forget(_ waiter: Waiter, _ id: UInt64?) { sources.remove(waiter, id) }

  /// Waits for the peer to read replies.
  mutating func waitForReplies() -> Waiter {
    let waiter = Waiter()
    replies.append(waiter)
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
    takePickers(into: &ready)
  }

  private mutating func takePickers(into ready: inout [Waiter]) {
    guard !pickers.isEmpty else { return }
    ready += pickers.values
    pickers = [:]
  }

  /// Those who wait for the window to open, if `isOpen` says that it has.
  mutating func takeWindow(into ready: inout [Waiter], _ isOpen: () -> Bool) {
    guard !window.isEmpty || !pickers.isEmpty, isOpen() else { return }
    takePickers(into: &ready)
    ready += window
    window.removeAll(keepingCapacity: true)
  }

  /// Those who wait for an object that was settled just now, in one of `runs`.
  mutating func takeReceipts(of runs: [ClosedRange<UInt64>], into ready: inout [Waiter]) {
    for run in runs { receipts.take(run, into: &ready) }
  }

  /// Those who wait beside the source of object `id`, which the receiver has refused.
  mutating func takeSource(of id: UInt64, into ready: inout [Waiter]) {
    sources.take(id, into: &ready)
  }

  /// Those who wait beside the sources of objects that have not begun.
  mutating func takeSourcesBefore(into ready: inout [Waiter]) {
    sources.takeThoseBefore(into: &ready)
  }

  /// Those who wait beside sources.
  mutating func takeSources(into ready: inout [Waiter]) { sources.takeAll(into: &ready) }

  /// Those who wait to begin a chunked object.
  mutating func takeIncomplete(into ready: inout [Waiter]) {
    ready += incomplete
    incomplete.removeAll(keepingCapacity: true)
  }

  /// Those who wait for replies to be written.
  mutating func takeReplies(into ready: inout [Waiter]) {
    ready += replies
    replies.removeAll(keepingCapacity: true)
  }

  /// Those who wait to send.
  mutating func takeSenders(into ready: inout [Waiter]) {
    ready += window
    ready += unwritten
    takePickers(into: &ready)
    takeIncomplete(into: &ready)
    window.removeAll(keepingCapacity: true)
    unwritten.removeAll(keepingCapacity: true)
  }

  /// Everybody.
  mutating func takeAll() -> [Waiter] {
    var ready = end
    end = []
    takeSenders(into: &ready)
    takeSources(into: &ready)
    takeReplies(into: &ready)
    receipts.takeAll(into: &ready)
    return ready
  }
}
