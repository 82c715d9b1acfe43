import Synchronization
import Testing

@testable import Pouch
@testable import PouchCore

/// When memory that connections have left behind is given back.
@Suite("Behind a crowd", .timeLimit(.minutes(1)))
struct AftermathTests {
  private static let mebibyte = 1 << 20

  private func step(_ aftermath: inout Aftermath, _ mebibytes: Int) -> Aftermath.Step {
    aftermath.nextStep(resident: mebibytes * AftermathTests.mebibyte)
  }

  private func end(_ aftermath: inout Aftermath) -> Bool { aftermath.noteEnd() }

  @Test("a few connections that come and go cost one look each second, and nothing is given back")
  func few() {
    var aftermath = Aftermath(resident: 30 * AftermathTests.mebibyte)
    for second in 0..<100 {
      #expect(end(&aftermath))
      #expect(!end(&aftermath))
      #expect(step(&aftermath, 30 + second % 4) == .rest)
    }
  }

  @Test("while connections end in great numbers, or memory still changes, nothing is given back")
  func crowd() {
    var aftermath = Aftermath(resident: 30 * AftermathTests.mebibyte)
    #expect(end(&aftermath))
    for resident in [40, 50, 58, 58, 58] {
      for _ in 0..<1000 { #expect(!end(&aftermath)) }
      #expect(step(&aftermath, resident) == .again)
    }
    #expect(step(&aftermath, 61) == .again)
    #expect(step(&aftermath, 61) == .giveBack)
    aftermath.gaveBack(resident: 32 * AftermathTests.mebibyte)
    #expect(end(&aftermath))
    #expect(step(&aftermath, 33) == .rest)
  }

  @Test("what was in use at the first try is given back later, and tries in vain become rare")
  func inUse() {
    var aftermath = Aftermath(resident: 0)
    var tries: [Int] = []
    for second in 0..<100 {
      _ = end(&aftermath)
      guard step(&aftermath, 100) == .giveBack else { continue }
      tries.append(second)
      aftermath.gaveBack(resident: 100 * AftermathTests.mebibyte)
    }
    #expect(tries == [1, 12, 33, 74])
    // The last connection ends, and its memory is given back though no other one does.
    _ = end(&aftermath)
    var steps = 0
    while step(&aftermath, 100) == .again { steps += 1 }
    #expect(steps < 320)
    aftermath.gaveBack(resident: 0)
    #expect(end(&aftermath))
    #expect(step(&aftermath, 1) == .rest)
  }

  @Test("a table of connections gives memory back once those have ended that have used it")
  func table() async throws {
    let (looks, given) = (Counter(), Counter())
    let memory = ProcessMemory {
      // It has grown by the second look.
      looks.next() == 1 ? 0 : 64 << 20
    } giveBack: {
      given.next()
    }
    let table = ConnectionTable(limits: Limits(), memory: memory)
    for _ in 0..<10 {
      let number = try #require(table.admit(MemoryTransport.pair().0, isInitiator: false))
      table.forget(number)
    }
    let deadline = ContinuousClock.now + .seconds(30)
    while given.count == 0, ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(50))
    }
    #expect(given.count == 1)
  }
}

private final class Counter: Sendable {
  private let value = Atomic<Int>(0)

  var count: Int { value.load(ordering: .relaxed) }

  @discardableResult
  func next() -> Int { value.wrappingAdd(1, ordering: .relaxed).newValue }
}
