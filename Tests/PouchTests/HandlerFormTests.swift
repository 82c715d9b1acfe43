import Pouch
import Testing

/// The ways in which a receiver hands objects over.
enum HandlerForm: String, CaseIterable, Sendable {
  case waiting, immediate, batches

  /// Runs `receiver`, handing each object to `take`.
  func run(
    _ receiver: Receiver, _ take: @escaping @Sendable (Delivery) throws -> Void
  ) async throws {
    switch self {
    case .waiting:
      try await receiver.run { delivery async throws in
        await Task.yield()
        try take(delivery)
      }
    case .immediate: try await receiver.run { delivery in try take(delivery) }
    case .batches: try await receiver.runBatches { batch in try batch.forEach(take) }
    }
  }
}

@Suite("Forms of handlers", .timeLimit(.minutes(1)))
struct HandlerFormTests {
  /// A sender's and a receiver's run with one form of handler; returns what came.
  private func exchange(
    _ form: HandlerForm, _ pipeline: PipelineKind = .crc32c, largest: Int? = nil,
    refusing refused: Set<UInt64> = [], _ body: (Sender) async throws -> Void
  ) async throws -> [Delivery] {
    let got = Gathered<Delivery>()
    try await TransportKind.tcp.withOptions(pipeline) { endpoint, sending, receiving in
      var receiving = receiving
      if let largest { receiving.limits.object = largest }
      let receiver = Receiver(on: endpoint, options: receiving)
      let bound = try await receiver.bind()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await form.run(receiver) { delivery in
            if refused.contains(delivery.id) { throw Refusal(code: "no", text: "not this one") }
            got.append(delivery)
          }
        }
        try await withSender(to: bound[0], options: sending) { try await body($0) }
        receiver.stop()
        try await group.waitForAll()
      }
    }
    return got.values
  }

  @Test(
    "small and large objects, with and without attributes, arrive once, whole and in order",
    arguments: HandlerForm.allCases, PipelineKind.allCases)
  func everything(_ form: HandlerForm, _ pipeline: PipelineKind) async throws {
    let sizes = (0..<5000).map { $0 % 1000 == 999 ? 70_000 : $0 % 97 }
    let got = try await exchange(form, pipeline) { sender in
      for (index, size) in sizes.enumerated() {
        if index % 10 == 3 {
          try await sender.send(
            pattern(size), attributes: Attributes(name: "object \(index)"), format: .json)
        } else {
          try await sender.send(pattern(size))
        }
      }
    }
    #expect(got.map(\.id) == (1...5000).map(UInt64.init))
    #expect(got.map(\.payload) == sizes.map(pattern))
    for (index, delivery) in got.enumerated() {
      #expect(delivery.attributes.name == (index % 10 == 3 ? "object \(index)" : nil))
      #expect(delivery.format == (index % 10 == 3 ? .json : .raw))
    }
  }

  @Test("an object above the limit is refused, the others arrive", arguments: HandlerForm.allCases)
  func tooLarge(_ form: HandlerForm) async throws {
    let got = try await exchange(form, largest: 100) { sender in
      // In one frame: nothing is written before this suspends.
      let receipts = [pattern(1), pattern(100), pattern(101), pattern(2)].map { sender.trySend($0) }
      try await #require(receipts[3]).processed()
      await #expect(throws: PouchError.self) { try await #require(receipts[2]).processed() }
    }
    #expect(got.map(\.payload.count) == [1, 100, 2])
  }

  @Test("a refusal reaches the sender", arguments: HandlerForm.allCases)
  func refusal(_ form: HandlerForm) async throws {
    let got = try await exchange(form, refusing: [2]) { sender in
      try await sender.send(Bytes([1])).processed()
      let error = await #expect(throws: PouchError.self) {
        try await sender.send(Bytes([2])).processed()
      }
      #expect(error?.code == .rejected)
      try await sender.send(Bytes([3])).processed()
    }
    #expect(got.map(\.payload.array) == [[1], [3]])
  }

  @Test("what a handler of batches throws refuses every object of the batch, and no other")
  func refusedBatch() async throws {
    _ = try await exchange(.batches, refusing: [3]) { sender in
      try await sender.send(Bytes([1])).processed()
      let batch = try await sender.send(batch: [[2], [3], [4]])
      let error = await #expect(throws: PouchError.self) { try await batch.processed() }
      #expect(error?.objectID == 2)
      try await sender.send(Bytes([5])).processed()
    }
  }

  @Test("a batch is sent in order, large objects and a full window included")
  func sentBatch() async throws {
    let batch = (0..<20_000).map { pattern($0 == 7000 ? 100_000 : $0 % 120) }
    let got = try await exchange(.immediate) { sender in
      let receipt = try await sender.send(batch: batch, format: .json)
      #expect(receipt.count == batch.count)
      try await receipt.processed()
      #expect(sender.summary.acknowledged == UInt64(batch.count))
    }
    #expect(got.map(\.payload) == batch)
    #expect(got.allSatisfy { $0.format == .json })
  }

  @Test("trySend takes what the window has room for, and no more")
  func window() async throws {
    let got = try await exchange(.immediate) { sender in
      var accepted = 0
      // Nothing is written and acknowledged before this task suspends.
      while sender.trySend([UInt8](repeating: 7, count: 1000)) != nil { accepted += 1 }
      #expect(accepted > 100)
      #expect(accepted < 10_000)
      #expect(sender.trySend([UInt8](repeating: 7, count: 20_000)) == nil)
      try await sender.send([1]).processed()
      #expect(sender.trySend([2]) != nil)
    }
    #expect(got.last?.payload.array == [2])
  }
}
