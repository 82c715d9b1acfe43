import Glibc
import PouchCore
import Testing

@testable import PouchSockets

@Suite("A pool for blocking work", .timeLimit(.minutes(1)))
struct BlockingPoolTests {
  @Test("runs work on threads of its own, and hands back what it returns or throws")
  func run() async throws {
    let loop = try Reactor.shared().next()
    let pool = BlockingPool(threads: 2)
    try await withTaskExecutorPreference(loop) {
      let wasOnLoop = try await pool.run { () throws(PouchError) in loop.isCurrent }
      #expect(!wasOnLoop)
      #expect(loop.isCurrent)
    }
    let error = await failure {
      try await pool.run { () throws(PouchError) in throw PouchError(.inputMissing, "no file") }
    }
    #expect(error?.code == .inputMissing)
  }

  @Test("works through more than it has threads, with as many at once as it may")
  func limit() async throws {
    let pool = BlockingPool(threads: 3)
    // Three that wait for one another: fewer threads would wait for ever.
    let (arrived, released) = (pipe(), pipe())
    try await withThrowingTaskGroup { group in
      for _ in 0..<3 {
        group.addTask {
          try await pool.run { () throws(PouchError) in
            arrived.put()
            released.take()
          }
        }
      }
      for _ in 0..<3 {
        try await BlockingPool.shared.run { () throws(PouchError) in arrived.take() }
      }
      for _ in 0..<100 {
        group.addTask { try await pool.run { () throws(PouchError) in } }
      }
      for _ in 0..<3 { released.put() }
      try await group.waitForAll()
    }
  }

  @Test("is left behind at a deadline, and the late result is discarded")
  func abandoned() async throws {
    let loop = try Reactor.shared().next()
    let held = pipe()
    let discarded = AsyncStream<Int>.makeStream()
    let error = await failure {
      _ = try await BlockingPool.shared.run(
        "lookup", until: .now + .milliseconds(5), on: loop,
        discard: { discarded.continuation.yield($0) }
      ) { () throws(PouchError) in
        held.take()
        return 42
      }
    }
    #expect(error?.code == .timedOut)
    held.put()
    var late = discarded.stream.makeAsyncIterator()
    #expect(await late.next() == 42)
  }

  @Test("is left behind by a task that is cancelled")
  func cancelled() async throws {
    let loop = try Reactor.shared().next()
    let held = pipe()
    let discarded = AsyncStream<Int>.makeStream()
    let task = Task {
      await failure {
        _ = try await BlockingPool.shared.run(
          "lookup", until: .now + .seconds(3600), on: loop,
          discard: { discarded.continuation.yield($0) }
        ) { () throws(PouchError) in
          held.take()
          return 42
        }
      }
    }
    task.cancel()
    #expect(await task.value?.code == .cancelled)
    held.put()
    var late = discarded.stream.makeAsyncIterator()
    #expect(await late.next() == 42)
  }

  /// Bytes that threads wait for.
  private final class Pipe: Sendable {
    private let ends: (reading: Int32, writing: Int32)

    init() {
      var ends: [Int32] = [0, 0]
      precondition(Glibc.pipe(&ends) == 0)
      self.ends = (ends[0], ends[1])
    }

    deinit {
      close(ends.reading)
      close(ends.writing)
    }

    func put() {
      var byte: UInt8 = 0
      precondition(write(ends.writing, &byte, 1) == 1)
    }

    func take() {
      var byte: UInt8 = 0
      precondition(read(ends.reading, &byte, 1) == 1)
    }
  }

  private func pipe() -> Pipe { Pipe() }
}
