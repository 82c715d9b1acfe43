import PouchSockets
import Synchronization
import Testing

@testable import Pouch

@Suite("A biased mutex", .timeLimit(.minutes(1)))
struct BiasedMutexTests {
  /// Two counters that are equal whenever nobody is inside.
  private struct Pair: Sendable {
    var first = 0
    var second = 0
    /// How often the two were found to differ.
    var torn = 0

    mutating func advance() {
      if first != second { torn += 1 }
      first += 1
      second += 1
      if first != second { torn += 1 }
    }
  }

  /// What the two tasks tell each other.
  private final class Progress: Sendable {
    let turnsOfLoop = Atomic(0)
    let isOver = Atomic(false)
  }

  /// Whose thread the mutex is biased towards.
  enum Owner: CaseIterable {
    case nobody
    case loop
    case anotherLoop
  }

  @Test("keeps everybody apart, whoever owns it", arguments: Owner.allCases)
  func exclusion(_ owner: Owner) async throws {
    let reactor = try Reactor(loops: 2)
    defer { reactor.shutdown() }
    let executor: (any TaskExecutor)? =
      switch owner {
      case .nobody: nil
      case .loop: reactor.loops[0]
      case .anotherLoop: reactor.loops[1]
      }
    let mutex = BiasedMutex(Pair(), owner: executor)
    let progress = Progress()
    let turns = 1000
    // Long enough for the loop to have it to itself again, and to be asked for it anew.
    let burst = 1500
    let (bursts, signal) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    await withTaskGroup { group in
      group.addTask(executorPreference: reactor.loops[0]) {
        while !progress.isOver.load(ordering: .relaxed) {
          for _ in 0..<burst { mutex.withLock { $0.advance() } }
          progress.turnsOfLoop.add(burst, ordering: .relaxed)
          // The other task wakes up while the next burst is under way.
          signal.yield()
          await Task.yield()
        }
      }
      group.addTask {
        var turn = 0
        for await _ in bursts {
          mutex.withLock { $0.advance() }
          turn += 1
          if turn == turns { break }
        }
        progress.isOver.store(true, ordering: .relaxed)
      }
    }
    let end = mutex.withLock { $0 }
    #expect(end.torn == 0)
    #expect(end.first == progress.turnsOfLoop.load(ordering: .relaxed) + turns)
    #expect(end.second == end.first)
  }

  @Test("hands on what its body returns and throws")
  func results() {
    struct Refused: Error, Equatable {}
    let mutex = BiasedMutex(1)
    #expect(mutex.withLock { $0 + 1 } == 2)
    #expect(throws: Refused()) {
      try mutex.withLock { value throws(Refused) in
        value = 5
        throw Refused()
      }
    }
    // It is free again, and keeps what was written before the throw.
    #expect(mutex.withLock { $0 } == 5)
  }
}
