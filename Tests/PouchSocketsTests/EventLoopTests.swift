import PouchCore
import Testing

@testable import PouchSockets

@Suite("An event loop", .timeLimit(.minutes(1)))
struct EventLoopTests {
  @Test("runs the tasks that prefer it, and they stay")
  func executor() async throws {
    try await withReactor(loops: 2) { reactor in
      let loop = reactor.next()
      #expect(!loop.isCurrent)
      await withTaskExecutorPreference(loop) {
        #expect(loop.isCurrent)
        await Task.yield()
        #expect(loop.isCurrent)
        await withTaskGroup { group in
          group.addTask { #expect(loop.isCurrent, "children prefer it too") }
        }
        _ = try? await BlockingPool.shared.run { () throws(PouchError) in
          #expect(!loop.isCurrent)
        }
        #expect(loop.isCurrent)
      }
      #expect(!loop.isCurrent)
    }
  }

  @Test("runs every job that other threads leave at the same time")
  func manyJobs() async throws {
    try await withReactor(loops: 2) { reactor in
      let count = Shared(0)
      await withTaskGroup { group in
        for number in 0..<10_000 {
          group.addTask(executorPreference: reactor.loops[number % 2]) {
            await Task.yield()
            count.change { $0 += 1 }
          }
        }
      }
      #expect(count.value == 10_000)
    }
  }

  @Test("looks at sockets while tasks keep it busy")
  func ioIsNotStarved() async throws {
    try await withReactor(loops: 1) { reactor in
      let transport = TCPTransport(reactor: reactor)
      let listener = try await transport.listen(on: .tcp("127.0.0.1", 0))
      let isDone = Shared(false)
      try await withThrowingTaskGroup { group in
        group.addTask(executorPreference: reactor.next()) {
          while !isDone.value, !Task.isCancelled { await Task.yield() }
        }
        group.addTask(executorPreference: reactor.next()) { try await listener.accept().echo() }
        let client = try await transport.connect(to: listener.endpoint)
        try await client.write([Bytes(utf8: "hello")])
        #expect(try await client.readExactly(5).text == "hello")
        try await client.finish()
        isDone.change { $0 = true }
        try await group.waitForAll()
      }
      listener.close()
    }
  }

  @Test("lets others run while one task's reads and writes never wait")
  func operationsAreFair() async throws {
    try await withReactor(loops: 1) { reactor in
      let loop = reactor.next()
      let transport = UnixTransport(reactor: reactor)
      let listener = try await transport.listen(
        on: .unix(abstract: "pouch-fair-\(UInt64.random(in: 0...(.max)))"))
      let client = try await transport.connect(to: listener.endpoint)
      let server = try await listener.accept()
      let isDone = Shared(false)
      try await withThrowingTaskGroup { group in
        // One byte out, one byte in: the kernel is always ready.
        group.addTask(executorPreference: loop) {
          while !isDone.value, !Task.isCancelled {
            try await client.write([Bytes([7])])
            _ = try await server.readExactly(1)
          }
        }
        group.addTask(executorPreference: loop) { isDone.change { $0 = true } }
        try await group.waitForAll()
      }
      listener.close()
    }
  }

  @Test("fires timers in the order of their deadlines, on its own thread")
  func timers() async throws {
    try await withReactor(loops: 2) { reactor in
      let loop = reactor.next()
      let fired = Shared<[Int]>([])
      let last = Signal()
      let now = EventLoop.Instant.now
      for number in [30, 10, 20] {
        _ = loop.schedule(at: now + .milliseconds(number)) {
          #expect(loop.isCurrent)
          fired.change { $0.append(number) }
          if number == 30 { last.fire() }
        }
      }
      await last.wait()
      #expect(fired.value == [10, 20, 30])
    }
  }

  @Test("wakes for a timer that is due before the one it sleeps for")
  func earlierTimer() async throws {
    try await withReactor(loops: 2) { reactor in
      let loop = reactor.next()
      let late = loop.schedule(after: .seconds(3600)) {}
      let early = Signal()
      _ = loop.schedule(after: .milliseconds(1)) { early.fire() }
      await early.wait()
      #expect(late.cancel())
      #expect(!late.cancel())
    }
  }

  @Test("does not fire a timer that was cancelled")
  func cancelledTimer() async throws {
    try await withReactor(loops: 2) { reactor in
      let loop = reactor.next()
      let (fired, after) = (Shared(false), Signal())
      let timer = loop.schedule(after: .milliseconds(5)) { fired.change { $0 = true } }
      #expect(timer.cancel())
      _ = loop.schedule(after: .milliseconds(10)) { after.fire() }
      await after.wait()
      #expect(!fired.value)
    }
  }
}
