import PouchCore
import Synchronization
import Testing

@testable import Pouch

@Suite("Objects in chunks", .timeLimit(.minutes(1))) struct ChunkWatchTests {
  private func seconds(_ count: Int) -> Duration { .seconds(count) }

  @Test("that bring nothing for the time of a body are found, each by itself")
  func stops() {
    var watch = ChunkWatch(limit: .seconds(30))
    #expect(watch.tick(seconds(0), [1: 10, 2: 10], mayGoOn: true) == [])
    #expect(watch.tick(seconds(15), [1: 10, 2: 11], mayGoOn: true) == [])
    #expect(watch.tick(seconds(29), [1: 10, 2: 11], mayGoOn: true) == [])
    #expect(watch.tick(seconds(30), [1: 10, 2: 11, 3: 0], mayGoOn: true) == [1])
    #expect(watch.tick(seconds(45), [2: 11, 3: 0], mayGoOn: true) == [2])
    #expect(watch.tick(seconds(60), [3: 1], mayGoOn: true) == [])
    // What is gone is forgotten, and begins anew when it is there again.
    #expect(watch.tick(seconds(61), [:], mayGoOn: true) == [])
    #expect(watch.tick(seconds(100), [3: 1], mayGoOn: true) == [])
    #expect(watch.tick(seconds(130), [3: 1], mayGoOn: true) == [3])
  }

  @Test("are not judged while this side is in the way")
  func inTheWay() {
    var watch = ChunkWatch(limit: .seconds(30))
    #expect(watch.tick(seconds(0), [1: 10], mayGoOn: true) == [])
    #expect(watch.tick(seconds(29), [1: 10], mayGoOn: false) == [])
    #expect(watch.tick(seconds(58), [1: 10], mayGoOn: true) == [])
    #expect(watch.tick(seconds(59), [1: 10], mayGoOn: true) == [1])
  }

  @Test("that do not go on are refused alone, in streams or whole", arguments: [true, false])
  func refused(_ streams: Bool) async throws {
    let transport = MemoryTransport()
    var options = ReceiverOptions()
    options.transports.register(.memory, transport)
    options.timeouts = .patient
    options.timeouts.body = .milliseconds(300)
    options.failsIfIncomplete = false
    let receiver = Receiver(on: .memory("chunks"), options: options)
    let endpoint = try await receiver.bind()[0]
    let failures = Gathered<any Error>()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        if !streams { return try await receiver.run { (_: Delivery) in } }
        try await receiver.runStreamed { delivery in
          do {
            for try await _ in delivery.body {}
          } catch {
            failures.append(error)
            throw error
          }
        }
      }
      var sending = SenderOptions()
      sending.transports.register(.memory, transport)
      sending.timeouts = .patient
      sending.failsIfIncomplete = false
      try await withSender(to: endpoint, options: sending) { sender in
        let pieces = Mutex(0)
        let error = await #expect(throws: PouchError.self) {
          try await sender.send { longest async throws(PouchError) in
            let count = pieces.withLock { count in
              count += 1
              return count
            }
            // A piece travels when the next one is there; the third one waits for the refusal.
            if count > 2 { while receiver.summary.incomplete == 0 { await Task.yield() } }
            return pattern(longest)
          }
        }
        #expect(error?.code == .rejected, "\(String(describing: error))")
        #expect(error?.description.contains("(incomplete)") == true)
        try await sender.send(Bytes([1])).processed()
      }
      receiver.stop()
      try await group.waitForAll()
    }
    #expect(receiver.summary.incomplete == 1, "\(receiver.summary)")
    #expect(receiver.summary.handled == 1, "\(receiver.summary)")
    #expect(failures.values.count == (streams ? 1 : 0))
  }
}
