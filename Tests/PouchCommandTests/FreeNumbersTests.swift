import Synchronization
import Testing

@testable import PouchCommand

/// Numbers for names that are taken.
@Suite struct FreeNumbersTests {
  /// Files of one name, and how often anybody looked or tried.
  private struct Names {
    var taken: Set<Int> = []
    var attempts = 0

    mutating func look(_ number: Int) -> Bool {
      attempts += 1
      return taken.contains(number)
    }

    mutating func claim(_ number: Int) -> Bool {
      attempts += 1
      return taken.insert(number).inserted
    }
  }

  private func claim(_ numbers: FreeNumbers, _ names: inout Names) -> Int? {
    let state = Mutex(names)
    let number = numbers.claim("report.pdf") { number in
      state.withLock { $0.look(number) }
    } claim: { number in
      state.withLock { $0.claim(number) }
    }
    names = state.withLock { $0 }
    return number
  }

  @Test("so many equal names cost so many attempts, and no square of it")
  func linear() {
    var names = Names()
    let numbers = FreeNumbers()
    for number in 1...4000 { #expect(claim(numbers, &names) == number) }
    #expect(names.attempts < 2 * 4000)
  }

  @Test("a restart finds the end of 4,000 numbers in two dozen attempts")
  func restart() {
    var names = Names(taken: Set(1...4000))
    #expect(claim(FreeNumbers(), &names) == 4001)
    #expect(names.attempts <= 26)
  }

  @Test("a number that somebody else has taken is passed", arguments: [1, 100, 5000])
  func others(_ count: Int) {
    var names = Names()
    let numbers = FreeNumbers()
    #expect(claim(numbers, &names) == 1)
    names.taken.formUnion(2..<2 + count)
    names.attempts = 0
    #expect(claim(numbers, &names) == 2 + count)
    #expect(names.attempts < 40)
  }

  @Test("gaps among the numbers never give one that is taken")
  func gaps() {
    var names = Names(taken: Set((1...3000).filter { $0 % 7 != 0 }))
    let before = names.taken
    let numbers = FreeNumbers()
    for _ in 1...500 {
      let number = claim(numbers, &names)
      #expect(number.map { !before.contains($0) } == true)
    }
    #expect(names.taken.count == before.count + 500)
  }

  @Test("what is remembered is bounded, and what is forgotten is found again")
  func bounded() {
    let numbers = FreeNumbers()
    for name in 0..<5000 {
      #expect(numbers.claim("\(name)", isTaken: { _ in false }, claim: { _ in true }) == 1)
    }
    #expect(numbers.count <= 1024)
    #expect(numbers.claim("0", isTaken: { $0 == 1 }, claim: { $0 > 1 }) == 2)
  }
}
