import Testing

@testable import PouchSockets

@Suite("The wait of a loop")
struct BusyWaitTests {
  private static let short: Int64 = 10_000
  private static let long = BusyWait.longestAsleep + 1

  /// How many short waits in a row it takes until the loop looks.
  private func waitsUntilItLooks(_ wait: inout BusyWait) -> Int {
    var count = 0
    while wait.limit == 0, count < 100_000 {
      wait.learn(Self.short, .slept)
      count += 1
    }
    return count
  }

  @Test("begins asleep, looks once waits have been short, and never for longer than is worth it")
  func begins() {
    var wait = BusyWait()
    #expect(wait.limit == 0)
    #expect(waitsUntilItLooks(&wait) == 8)
    #expect(wait.limit == BusyWait.longest)
  }

  @Test("a long wait puts it to sleep, and costs no more than the way back")
  func longWait() {
    var wait = BusyWait()
    _ = waitsUntilItLooks(&wait)
    wait.learn(Self.long, .slept)
    #expect(wait.limit == 0)
    #expect(waitsUntilItLooks(&wait) == 8)
  }

  @Test("a wait that was long for the loop's own waking alone counts as short")
  func slowWaking() {
    var wait = BusyWait()
    for _ in 0..<8 {
      #expect(wait.limit == 0)
      wait.learn(BusyWait.longestAsleep, .slept)
    }
    #expect(wait.limit == BusyWait.longest)
  }

  @Test("looks in vain become rare, and what is found makes them frequent again")
  func looksInVain() {
    var wait = BusyWait()
    var looks: [Int] = []
    for _ in 0..<12 {
      looks.append(waitsUntilItLooks(&wait))
      wait.learn(Self.short, .lookedInVain)
      #expect(wait.limit == 0, "a look in vain is not repeated at once")
    }
    #expect(looks.prefix(4) == [8, 16, 32, 64])
    #expect(looks.suffix(2) == [4096, 4096])

    // Where looking has become right, the loop goes on looking, and a single failure is forgiven.
    _ = waitsUntilItLooks(&wait)
    for _ in 0..<10 {
      wait.learn(Self.short, .found)
      #expect(wait.limit > 0)
    }
    wait.learn(Self.short, .lookedInVain)
    #expect(waitsUntilItLooks(&wait) == 16)
  }

  @Test("a find that came late does not count as a short wait")
  func lateFind() {
    var wait = BusyWait()
    _ = waitsUntilItLooks(&wait)
    wait.learn(BusyWait.longest + 1, .found)
    #expect(wait.limit == 0)
  }
}
