/// What is to happen later, the earliest first: a binary heap whose entries can be removed.
///
/// A pure value: time comes in as an argument. Insertion and removal take O(log n) steps; where
/// an entry is in the heap is kept beside it, so that nothing is searched.
struct TimerHeap<Action: Sendable>: Sendable {
  typealias Instant = ContinuousClock.Instant

  /// Names an entry, and no later one that takes its place.
  struct ID: Hashable, Sendable {
    fileprivate var slot: Int
    fileprivate var generation: UInt
  }

  private struct Slot {
    var deadline: Instant
    var action: Action?
    var generation: UInt
    var position: Int
  }

  private var slots: [Slot] = []
  private var free: [Int] = []
  /// Slot numbers, ordered as a heap by deadline.
  private var heap: [Int] = []

  init() {}

  var isEmpty: Bool { heap.isEmpty }
  var count: Int { heap.count }

  /// When the next action is due.
  var earliest: Instant? { heap.first.map { slots[$0].deadline } }

  mutating func insert(_ action: Action, at deadline: Instant) -> ID {
    let number: Int
    if let reused = free.popLast() {
      number = reused
      slots[number].deadline = deadline
      slots[number].action = action
      slots[number].position = heap.count
    } else {
      number = slots.count
      slots.append(
        Slot(deadline: deadline, action: action, generation: 0, position: heap.count))
    }
    heap.append(number)
    rise(from: heap.count - 1)
    return ID(slot: number, generation: slots[number].generation)
  }

  /// Removes an entry, unless it has been taken or removed before.
  mutating func remove(_ id: ID) -> Action? {
    guard slots.indices.contains(id.slot), slots[id.slot].generation == id.generation else {
      return nil
    }
    return remove(at: slots[id.slot].position)
  }

  /// Removes and returns the earliest action if it is due by `now`.
  mutating func popDue(by now: Instant) -> Action? {
    guard let first = heap.first, slots[first].deadline <= now else { return nil }
    return remove(at: 0)
  }

  private mutating func remove(at position: Int) -> Action? {
    let number = heap[position]
    let last = heap.removeLast()
    if last != number {
      heap[position] = last
      slots[last].position = position
      rise(from: position)
      sink(from: slots[last].position)
    }
    defer {
      slots[number].action = nil
      slots[number].generation &+= 1
      free.append(number)
    }
    return slots[number].action
  }

  private mutating func rise(from start: Int) {
    var position = start
    while position > 0 {
      let parent = (position - 1) / 2
      guard isEarlier(position, than: parent) else { return }
      exchange(position, parent)
      position = parent
    }
  }

  private mutating func sink(from start: Int) {
    var position = start
    while true {
      var earliest = position
      for child in (2 * position + 1)...(2 * position + 2)
      where child < heap.count && isEarlier(child, than: earliest) {
        earliest = child
      }
      guard earliest != position else { return }
      exchange(position, earliest)
      position = earliest
    }
  }

  private func isEarlier(_ one: Int, than other: Int) -> Bool {
    slots[heap[one]].deadline < slots[heap[other]].deadline
  }

  private mutating func exchange(_ one: Int, _ other: Int) {
    heap.swapAt(one, other)
    slots[heap[one]].position = one
    slots[heap[other]].position = other
  }
}
