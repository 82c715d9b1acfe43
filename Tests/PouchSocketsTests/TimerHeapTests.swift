import Testing

@testable import PouchSockets

@Suite("A timer heap")
struct TimerHeapTests {
  private let start = ContinuousClock.Instant.now

  @Test("gives the earliest first, and nothing before its time")
  func order() {
    var heap = TimerHeap<Int>()
    for delay in [5, 1, 4, 1, 3] { _ = heap.insert(delay, at: start + .seconds(delay)) }
    #expect(heap.popDue(by: start) == nil)
    #expect(heap.earliest == start + .seconds(1))
    var popped: [Int] = []
    while let action = heap.popDue(by: start + .seconds(4)) { popped.append(action) }
    #expect(popped == [1, 1, 3, 4])
    #expect(heap.count == 1)
  }

  @Test("removes an entry once, and never another that took its place")
  func remove() {
    var heap = TimerHeap<String>()
    let first = heap.insert("first", at: start)
    #expect(heap.remove(first) == "first")
    #expect(heap.remove(first) == nil)
    let second = heap.insert("second", at: start)
    #expect(heap.remove(first) == nil)
    #expect(heap.popDue(by: start) == "second")
    #expect(heap.remove(second) == nil)
    #expect(heap.isEmpty)
  }

  @Test("agrees with a sorted list through random changes", arguments: 0..<20 as Range<UInt64>)
  func random(_ seed: UInt64) {
    var generator = SplitMix(seed: seed)
    var heap = TimerHeap<Int>()
    var model: [(id: TimerHeap<Int>.ID, deadline: ContinuousClock.Instant, action: Int)] = []
    for action in 0..<500 {
      switch Int.random(in: 0..<4, using: &generator) {
      case 0 where !model.isEmpty:
        let entry = model.remove(at: .random(in: 0..<model.count, using: &generator))
        #expect(heap.remove(entry.id) == entry.action)
      case 1:
        let now = start + .seconds(Int.random(in: 0..<100, using: &generator))
        let due = model.filter { $0.deadline <= now }.map(\.deadline).min()
        let popped = heap.popDue(by: now)
        let entry = model.firstIndex { $0.action == popped }
        #expect(entry.map { model[$0].deadline } == due)
        if let entry { model.remove(at: entry) }
      default:
        // Distinct from every action, often equal to other deadlines.
        let deadline = start + .seconds(Int.random(in: 0..<100, using: &generator))
        model.append((heap.insert(action, at: deadline), deadline, action))
      }
      #expect(heap.count == model.count)
      #expect(heap.earliest == model.map(\.deadline).min())
    }
  }
}
