import PouchCore
import PouchSockets
import Testing

@Suite("A deadline", .timeLimit(.minutes(1)))
struct DeadlineTests {
  @Test("is nothing to who is in time")
  func inTime() async throws {
    #expect(try await withDeadline(.seconds(3600), "test") { () throws(PouchError) in 7 } == 7)
    let error = await failure {
      try await withDeadline(.seconds(3600), "test") { () throws(PouchError) -> Void in
        throw PouchError(.badData, "as it is")
      }
    }
    #expect(error?.code == .badData)
  }

  @Test("cancels who is late")
  func late() async throws {
    let (one, other) = MemoryTransport.pair()
    defer { other.close() }
    let error = await failure {
      try await withDeadline(.milliseconds(5), "greeting") { () throws(PouchError) -> Void in
        _ = try await one.readExactly(1)
      }
    }
    #expect(error?.code == .timedOut)
    #expect(error?.message.contains("greeting") == true)
  }

  @Test("does not hide that the task itself was cancelled")
  func cancelled() async throws {
    let (one, other) = MemoryTransport.pair()
    defer { other.close() }
    let task = Task {
      await failure {
        try await withDeadline(.seconds(3600), "greeting") { () throws(PouchError) -> Void in
          _ = try await one.readExactly(1)
        }
      }
    }
    task.cancel()
    #expect(await task.value?.code == .cancelled)
  }
}
