import Synchronization
import Testing

@testable import Pouch
@testable import PouchCore

/// How senders and receivers end: nothing is lost without a word, and nobody waits for ever.
@Suite("The end of a connection", .timeLimit(.minutes(1)))
struct EndTests {
  let transport = MemoryTransport()

  func senderOptions() -> SenderOptions {
    var options = SenderOptions()
    options.transports.register(.memory, transport)
    options.timeouts = .patient
    return options
  }

  func receiverOptions() -> ReceiverOptions {
    var options = ReceiverOptions()
    options.transports.register(.memory, transport)
    options.timeouts = .patient
    return options
  }

  /// What `body` throws; it is to throw a `PouchError`.
  @discardableResult
  private func failure<R>(_ body: () async throws -> R) async -> PouchError? {
    do {
      _ = try await body()
      Issue.record("nothing was thrown")
    } catch let error as PouchError {
      return error
    } catch {
      Issue.record("\(error)")
    }
    return nil
  }

  // MARK: What was not delivered

  @Test("objects that a receiver did not take when it stopped are an error, which counts them")
  func undelivered() async throws {
    let books = Gathered<SenderSummary>()
    let link = Mutex<Receiver?>(nil)
    let handled = Gathered<UInt64>()
    let error = try await withReceiver(
      at: .memory("end"), receiverOptions(),
      handler: { delivery in
        handled.append(delivery.id)
        if delivery.id == 3 { link.withLock { $0 }?.stop() }
      }
    ) { endpoint, receiver in
      link.withLock { $0 = receiver }
      return await failure {
        try await withSender(to: endpoint, options: senderOptions()) { sender in
          let batch = (0..<100).map { Bytes([UInt8($0)]) }
          try await sender.send(batch: batch)
          await handled.wait(for: 3)
          try? await sender.close()
          books.append(sender.summary)
        }
      }
    }
    #expect(error?.code == .objectsFailed)
    let text = "\(error?.description ?? "")"
    #expect(
      text.contains(
        "of 100 objects that were accepted, 3 were acknowledged, 0 refused and 97 not delivered"),
      "\(text)")
    #expect(text.contains("the receiver takes no more objects"), "\(text)")
    #expect(error?.peer != nil && error?.hint != nil)
    #expect(books.values.first?.undelivered == 97)
    link.withLock { $0 = nil }
  }

  @Test("a sender that asked for it returns from the same end, and its books tell")
  func undeliveredOnRequest() async throws {
    let link = Mutex<Receiver?>(nil)
    try await withReceiver(
      at: .memory("end"), receiverOptions(),
      handler: { _ in link.withLock { $0 }?.stop() }
    ) { endpoint, receiver in
      link.withLock { $0 = receiver }
      var options = senderOptions()
      options.failsIfIncomplete = false
      let undelivered = try await withSender(to: endpoint, options: options) { sender in
        try await sender.send(batch: (0..<10).map { Bytes([UInt8($0)]) })
        try await sender.close()
        return sender.summary.undelivered
      }
      #expect(undelivered == 9)
    }
    link.withLock { $0 = nil }
  }

  @Test("a refusal that no receipt has reported is an error at the end, and one that was is not")
  func refusals() async throws {
    try await withReceiver(
      at: .memory("end"), receiverOptions(),
      handler: { delivery in
        if delivery.payload[0] == 1 { throw Refusal(code: "storage", text: "the disk is full") }
      }
    ) { endpoint, _ in
      let error = await failure {
        try await withSender(to: endpoint, options: senderOptions()) { sender in
          for byte in [0, 1, 1, 0] as [UInt8] { try await sender.send(Bytes([byte])) }
        }
      }
      #expect(error?.code == .objectsFailed)
      #expect(
        error?.description.contains("2 were acknowledged, 2 refused and 0 not delivered") == true)
      #expect(error?.description.contains("the disk is full") == true)

      try await withSender(to: endpoint, options: senderOptions()) { sender in
        let receipt = try await sender.send(Bytes([1]))
        let first = await failure { try await receipt.received() }
        let second = await failure { try await receipt.processed() }
        #expect(first?.code == .rejected && second?.code == .rejected)
      }
    }
  }

  @Test("a sender that listens ends with what any of its receivers did not take")
  func listening() async throws {
    let bound = Gathered<Endpoint>()
    var options = senderOptions()
    options.onEvent = { if case .listening(let endpoint) = $0 { bound.append(endpoint) } }
    let sending = options
    let receiving = receiverOptions()
    let error = await failure {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await withSender(listeningOn: [.memory("end")], options: sending) { sender in
            _ = try await sender.send(batch: (0..<10).map { Bytes([UInt8($0)]) })
          }
        }
        await bound.wait(for: 1)
        let receiver = Receiver(dialling: [.memory("end")], options: receiving)
        try await receiver.run { _ in receiver.stop() }
        try await group.waitForAll()
      }
    }
    #expect(error?.code == .objectsFailed, "\(String(describing: error))")
    #expect(error?.description.contains("1 were acknowledged, 0 refused and 9 not") == true)
  }

  @Test("a broadcaster ends with what any of its receivers did not take")
  func broadcasting() async throws {
    let sending = senderOptions()
    let broadcaster = Broadcaster(on: .memory("end"), options: sending)
    try await broadcaster.bind()
    let receiving = receiverOptions()
    let error = await failure {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await broadcaster.run { sender in
            try await sender.send(batch: (0..<10).map { Bytes([UInt8($0)]) })
          }
        }
        let receiver = Receiver(dialling: [.memory("end")], options: receiving)
        try await receiver.run { _ in receiver.stop() }
        broadcaster.stop()
        try await group.waitForAll()
      }
    }
    #expect(error?.code == .objectsFailed)
    #expect(broadcaster.summary.undelivered == 9)
  }

  @Test("reasons of refusals that nobody asks for take bounded memory, and no refusal is forgotten")
  func refusalBook() {
    var book = RefusalBook()
    func report(_ id: UInt64) -> Refusal? { book.report(id) }
    let text = String(repeating: "x", count: 1000)
    let count: UInt64 = 10_000
    // Every other object, so that nothing can be written as one run.
    for id in 1...count { book.add(id * 2, Refusal(code: "processing", text: text + "\(id)")) }
    #expect(book.unreported == count)
    #expect(book.first?.refusal.text.hasPrefix("xxx") == true)
    // The latest are known with their reasons, the first ones as refused.
    #expect(report(count * 2)?.text == text + "\(count)")
    #expect(book.unreported == count - 1)
    #expect(report(count * 2)?.text == text + "\(count)")
    #expect(book.unreported == count - 1)
    #expect(report(2)?.text.contains("the reason was not kept") == true)
    #expect(report(3) == nil)
    #expect(report(count * 2 + 1) == nil)
    #expect(book.reasonCount < 1100)
    // Beyond what is kept without reasons, nothing that may have been refused is called good.
    for id in 1...UInt64(200_000) { book.add(1_000_000 + id * 2, Refusal(code: "x", text: text)) }
    #expect(report(2) != nil)
    #expect(book.runCount <= RefusalBook.mostRuns)
  }

  // MARK: What was not complete

  @Test("a receiver whose sender died in the middle of an object ends with an error that says so")
  func incomplete() async throws {
    let receiving = receiverOptions()
    let receiver = Receiver(on: .memory("end"), options: receiving)
    let endpoint = try await receiver.bind()[0]
    let begun = Gathered<Void>()
    let error = await failure {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await receiver.runStreamed { delivery in
            for try await _ in delivery.body { begun.append(()) }
          }
        }
        await withThrowingTaskGroup(of: Void.self) { sending in
          let options = senderOptions()
          sending.addTask {
            try await withSender(to: endpoint, options: options) { sender in
              try await sender.send(Bytes([1])).processed()
              let isFirst = Mutex(2)
              try await sender.send { longest async throws(PouchError) in
                let left = isFirst.withLock { count in
                  count -= 1
                  return count
                }
                if left >= 0 { return pattern(longest) }
                do { try await Task.sleep(for: .seconds(1000)) } catch {
                  throw PouchError(.cancelled, "killed")
                }
                return Bytes()
              }
            }
          }
          await begun.wait(for: 2)
          sending.cancelAll()
          _ = await sending.nextResult()
        }
        receiver.stop()
        try await group.waitForAll()
      }
    }
    #expect(error?.code == .objectsFailed, "\(String(describing: error))")
    #expect(
      error?.description.contains("of 2 objects that began, 1 did not come whole; 1 were handled")
        == true,
      "\(String(describing: error))")
    let summary = receiver.summary
    #expect((summary.begun, summary.handled, summary.incomplete) == (2, 1, 1))
  }

  // MARK: Draining

  @Test("an object that has begun is completed and acknowledged by a receiver that stops")
  func drainingReceiver() async throws {
    let begun = Gathered<Void>()
    let got = Gathered<Int>()
    let receiver = Receiver(on: .memory("end"), options: receiverOptions())
    let endpoint = try await receiver.bind()[0]
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await receiver.runStreamed { delivery in
          var size = 0
          for try await chunk in delivery.body {
            begun.append(())
            size += chunk.count
          }
          got.append(size)
        }
      }
      let error = await failure {
        try await withSender(to: endpoint, options: senderOptions()) { sender in
          let pieces = Mutex(4)
          let receipt = try await sender.send { longest async throws(PouchError) in
            let left = pieces.withLock { count in
              count -= 1
              return count
            }
            // The first chunk has come; the others come behind the order to stop.
            if left == 1 {
              await begun.wait(for: 1)
              receiver.stop()
            }
            return left >= 0 ? pattern(longest) : Bytes()
          }
          try await receipt.processed()
          // What begins now is too late.
          try await sender.send(Bytes([1])).processed()
        }
      }
      #expect(error?.code == .peerClosed, "\(String(describing: error))")
      try await group.waitForAll()
    }
    #expect(got.values == [4 * Outbox.chunkSize])
    #expect(receiver.summary.handled == 1)
  }

  @Test("an object that is not complete when the drain is over is refused by the stopping receiver")
  func overdueReceiver() async throws {
    var receiving = receiverOptions()
    receiving.timeouts.drain = .milliseconds(300)
    let begun = Gathered<Void>()
    let receiver = Receiver(on: .memory("end"), options: receiving)
    let endpoint = try await receiver.bind()[0]
    let ended = await failure {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await receiver.runStreamed { delivery in
            for try await _ in delivery.body { begun.append(()) }
          }
        }
        let error = await failure {
          try await withSender(to: endpoint, options: senderOptions()) { sender in
            try await sender.send { longest async throws(PouchError) in
              // Once the first chunk has come: one at a time, and without end.
              if !begun.values.isEmpty {
                receiver.stop()
                do { try await Task.sleep(for: .milliseconds(20)) } catch {}
              }
              return pattern(longest)
            }
          }
        }
        #expect(error?.code == .rejected, "\(String(describing: error))")
        #expect(error?.description.contains("(incomplete)") == true)
        #expect(error?.hint == "sending it again can help")
        try await group.waitForAll()
      }
    }
    #expect(ended?.code == .objectsFailed, "\(String(describing: ended))")
    #expect(receiver.summary.incomplete == 1)
  }

  @Test("a sender that is closed completes the object that it has begun")
  func closingSender() async throws {
    let got = Gathered<Int>()
    try await withReceiver(
      at: .memory("end"), receiverOptions(), handler: { got.append($0.payload.count) }
    ) { endpoint, _ in
      try await withSender(to: endpoint, options: senderOptions()) { sender in
        let pieces = Mutex(4)
        async let closing: Void = {
          try await sender.send { longest async throws(PouchError) in
            let left = pieces.withLock { count in
              count -= 1
              return count
            }
            return left >= 0 ? pattern(longest) : Bytes()
          }.processed()
        }()
        while sender.summary.accepted == 0 { await Task.yield() }
        try await sender.close()
        try await closing
        #expect(sender.summary.acknowledged == 1)
      }
    }
    #expect(got.values == [4 * Outbox.chunkSize])
  }

  // MARK: Deadlines

  /// A sending connection whose peer is played by the test.
  final class Played {
    let connection: Connection
    let far: MemoryStream
    var peer: Session

    init(_ timeouts: Timeouts, acknowledge: AcknowledgementLevel = .processed) throws {
      let (near, far) = MemoryTransport.pair()
      self.far = far
      var agreement = try FaultTests.agreement(.none)
      agreement.acknowledge = acknowledge
      connection = Connection(
        stream: near, endpoint: .memory("played"), agreement: agreement, limits: Limits(),
        timeouts: timeouts, largestObject: nil)
      peer = Session(try FaultTests.agreement(.none, role: .receiver), largestObject: nil)
    }

    /// Answers for the first `count` objects.
    func acknowledge(_ count: UInt32) async throws {
      // What has not left cannot be acknowledged.
      while connection.state.withLock({ $0.session.outbox.ledger.sent }) < UInt64(count) {
        await Task.yield()
      }
      _ = try peer.admit(first: 1, count: count)
      peer.settle(1...UInt64(count))
      peer.prepareFlush()
      var batch: [Outbox.Pending] = []
      peer.outbox.take(into: &batch)
      for pending in batch {
        var body = OutgoingBody(ByteBuffer(adopting: pending.front), payload: pending.payload)
        body.writeHeader(pending.header)
        var runs: [Bytes] = []
        body.appendRuns(to: &runs)
        try await far.write(runs)
      }
    }
  }

  @Test("a receiver that never answers the end is left once everything is acknowledged")
  func unansweredClose() async throws {
    var timeouts = Timeouts.patient
    timeouts.close = .milliseconds(200)
    let played = try Played(timeouts)
    let connection = played.connection
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { _ = await connection.run(arrived: Bytes(), to: .none) }
      _ = try await connection.send(Bytes([1]), format: .raw, attributes: nil)
      try await played.acknowledge(1)
      // The stream stays open, and nothing more comes.
      try await connection.close(code: "done")
    }
    #expect(connection.summary.acknowledged == 1)
    played.far.close()
  }

  @Test("a receiver that answers for nothing more has its objects counted as not delivered")
  func unsettled() async throws {
    var timeouts = Timeouts.patient
    timeouts.drain = .milliseconds(300)
    let played = try Played(timeouts)
    let connection = played.connection
    let sender = Sender(only: connection, failsIfIncomplete: true)
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { _ = await connection.run(arrived: Bytes(), to: .none) }
      for _ in 0..<3 { _ = try await connection.send(Bytes([1]), format: .raw, attributes: nil) }
      try await played.acknowledge(1)
      let error = await failure { try await sender.close() }
      #expect(error?.code == .timedOut, "\(String(describing: error))")
      #expect(
        error?.description.contains("1 were acknowledged, 0 refused and 2 not delivered") == true)
    }
    played.far.close()
  }

  @Test("without acknowledgements what never left is counted, and nothing else")
  func neverLeft() async throws {
    var timeouts = Timeouts.patient
    timeouts.drain = .milliseconds(300)
    timeouts.close = .milliseconds(100)
    let played = try Played(timeouts, acknowledge: .none)
    let connection = played.connection
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { _ = await connection.run(arrived: Bytes(), to: .none) }
      // The peer reads nothing, and the pipe holds less than the second one.
      _ = try await connection.send(Bytes([1]), format: .raw, attributes: nil)
      while connection.state.withLock({ $0.writtenThrough }) == 0 { await Task.yield() }
      _ = try await connection.send(pattern(900_000), format: .raw, attributes: nil)
      await failure { try await connection.close(code: "done") }
    }
    let summary = connection.summary
    #expect((summary.accepted, summary.inFlight, summary.undelivered) == (2, 1, 1))
    played.far.close()
  }

  @Test("the end has a limit for each thing that it waits for, begun anew by what goes on")
  func patience() {
    var patience = EndPatience(drain: .seconds(30), close: .seconds(5))
    func verdict(_ second: Int, _ stage: EndPatience.Stage, _ settled: UInt64 = 0)
      -> EndPatience.Verdict
    {
      patience.tick(.seconds(second), EndPatience.Progress(stage: stage, settled: settled))
    }
    #expect(verdict(1000, .open) == .wait)
    #expect(verdict(1001, .completing) == .wait)
    #expect(verdict(1030, .completing, 5) == .wait)
    #expect(verdict(1031, .completing, 9) == .giveUpIncomplete)
    #expect(verdict(1032, .handling) == .wait)
    #expect(verdict(1036, .handling) == .overdue(.handling))
    #expect(verdict(1040, .unsettled, 1) == .wait)
    #expect(verdict(1069, .unsettled, 2) == .wait)
    #expect(verdict(1098, .unsettled, 2) == .wait)
    #expect(verdict(1099, .unsettled, 2) == .overdue(.unsettled))
    #expect(verdict(1100, .unanswered, 3) == .wait)
    #expect(verdict(1105, .unanswered, 3) == .overdue(.unanswered))
    #expect(verdict(2000, .over) == .wait)
  }

  @Test("a receiver of length10 that takes nothing of an object is left after a time")
  func deafLength10() async throws {
    var timeouts = Timeouts.patient
    timeouts.body = .milliseconds(200)
    let (near, far) = MemoryTransport.pair(capacity: 1 << 10)
    let connection = Length10Connection(
      stream: near, endpoint: .memory("deaf"), limits: Limits(), timeouts: timeouts,
      streams: false, policy: ReceptionPolicy())
    await withDiscardingTaskGroup { group in
      group.addTask { _ = await connection.run(arrived: Bytes(), to: .none) }
      let error = await failure {
        try await connection.send(
          Bytes([UInt8](repeating: 0, count: 1100)), attributes: .none,
          format: .pickle)
      }
      #expect(error?.code == .timedOut, "\(String(describing: error))")
      #expect(error?.description.contains("the receiver took less than") == true)
    }
    #expect(connection.summary.undelivered == 1)
    far.close()
  }

  // MARK: State

  @Test("connections are those that are open, and a peer that stopped is told from this side's end")
  func peerThatStops() async throws {
    let ended = Gathered<Void>()
    var options = senderOptions()
    options.onEvent = { if case .disconnected = $0 { ended.append(()) } }
    let sending = options
    try await withReceiver(at: .memory("end"), receiverOptions(), handler: { _ in }) {
      endpoint, receiver in
      try await withSender(to: endpoint, options: sending) { sender in
        try await sender.send(Bytes([1])).processed()
        #expect(sender.connections.count == 1)
        receiver.stop()
        await ended.wait(for: 1)
        #expect(sender.connections.isEmpty)
        let error = await failure { try await sender.send(Bytes([2])) }
        #expect(error?.code == .peerClosed)
        #expect(error?.endpoint == endpoint && error?.peer != nil && error?.hint != nil)
        #expect(error?.cause == "it is stopping")
      }
    }
  }

  @Test("a receiver or broadcaster runs once at a time, and not after it was stopped")
  func runs() async throws {
    let receiver = Receiver(on: .memory("end"), options: receiverOptions())
    let broadcaster = Broadcaster(on: .memory("other"), options: senderOptions())
    let endpoint = try await receiver.bind()[0]
    try await broadcaster.bind()
    let got = Gathered<UInt64>()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await receiver.run { got.append($0.id) } }
      group.addTask { try await broadcaster.run { _ in } }
      try await withSender(to: endpoint, options: senderOptions()) { sender in
        try await sender.send(Bytes([1])).processed()
        let second = await failure { try await receiver.run { _ in } }
        #expect(second?.code == .usage && second?.hint != nil)
        try await sender.send(Bytes([2])).processed()
      }
      let other = Receiver(dialling: [.memory("other")], options: receiverOptions())
      try await other.run { _ in }
      let second = await failure { try await broadcaster.run { _ in } }
      #expect(second?.code == .usage)
      receiver.stop()
      broadcaster.stop()
      try await group.waitForAll()
    }
    #expect(got.values == [1, 2])
    let later = await failure { try await receiver.run { _ in } }
    #expect(later?.code == .closed && later?.hint != nil)
    let last = await failure { try await broadcaster.run { _ in } }
    #expect(last?.code == .closed)
  }
}
