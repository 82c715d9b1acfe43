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
    // What is left counts as usual.
    #expect(end(&aftermath))
    #expect(step(&aftermath, 35) == .rest)
    #expect(end(&aftermath))
    #expect(step(&aftermath, 36) == .again)
    #expect(step(&aftermath, 36) == .giveBack)
  }

  @Test("what is in use is not asked for again and again")
  func inUse() {
    var aftermath = Aftermath(resident: 0)
    #expect(end(&aftermath))
    #expect(step(&aftermath, 100) == .again)
    #expect(step(&aftermath, 100) == .giveBack)
    aftermath.gaveBack(resident: 100 * AftermathTests.mebibyte)
    #expect(end(&aftermath))
    #expect(step(&aftermath, 103) == .rest)
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
