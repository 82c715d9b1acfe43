import PouchCore
import Testing

@testable import Pouch

@Suite("A handler whose peer has to go", .timeLimit(.minutes(1))) struct ConnectionFaultTests {
  @Test(
    "ends the connection, tells the peer why, and hands over nothing more",
    arguments: TransportKind.allCases)
  func expelled(_ kind: TransportKind) async throws {
    try await kind.withOptions { endpoint, sending, receiving in
      var (sending, receiving) = (sending, receiving)
      sending.failsIfIncomplete = false
      receiving.failsIfIncomplete = false
      let ends = Gathered<PouchError?>()
      receiving.onEvent = { event in
        if case .disconnected(_, let error) = event { ends.append(error) }
      }
      let receiver = Receiver(on: endpoint, options: receiving)
      let bound = try await receiver.bind()[0]
      let others = Gathered<UInt64>()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await receiver.runStreamed { delivery in
            guard delivery.body.whole == nil else { return others.append(delivery.id) }
            for try await _ in delivery.body {
              throw ConnectionFault(PouchError(.limitExceeded, "this one has to go"))
            }
          }
        }
        let error = await #expect(throws: PouchError.self) {
          try await withSender(to: bound, options: sending) { sender in
            // Without end; that it was told to go ends it.
            try await sender.send { longest async throws(PouchError) in pattern(longest) }
          }
        }
        #expect(
          error?.description.contains("this one has to go") == true, "\(String(describing: error))")
        await ends.wait(for: 1)
        #expect(ends.values.first??.message == "this one has to go")
        #expect(others.values == [])
        receiver.stop()
        try await group.waitForAll()
      }
      #expect(receiver.summary.incomplete == 1, "\(receiver.summary)")
    }
  }
}
