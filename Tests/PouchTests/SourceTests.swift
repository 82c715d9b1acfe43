import PouchCore
import Testing

@testable import Pouch

/// What a sender does while the source of an object has nothing to give.
@Suite("An object whose source is silent", .timeLimit(.minutes(1)))
struct SourceTests {
  /// How a source ends when it is cancelled.
  enum Manner: String, CaseIterable, Sendable {
    case throwing
    /// As the iterator of an `AsyncStream` does: as if there were no more.
    case ending
  }

  /// Yields `pieces`, and then nothing until it is cancelled.
  struct SilentSource {
    var pieces: [Bytes]
    var manner = Manner.throwing
    /// Told when it falls silent.
    let isSilent: Gathered<Void>

    mutating func next() async throws(PouchError) -> Bytes {
      if !pieces.isEmpty { return pieces.removeFirst() }
      isSilent.append(())
      do {
        try await Waiter().wait()
      } catch  where manner == .throwing {
        throw error
      } catch {}
      return Bytes()
    }
  }

  /// Runs a receiver that takes objects in pieces, while `body` sends.
  private func withStreamed(
    at endpoint: Endpoint, _ options: ReceiverOptions,
    handler: @escaping @Sendable (StreamedDelivery) async throws -> Void,
    _ body: (Endpoint, Receiver) async throws -> Void
  ) async throws {
    let receiver = Receiver(on: endpoint, options: options)
    let bound = try await receiver.bind()[0]
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await receiver.runStreamed(handler) }
      do {
        try await body(bound, receiver)
      } catch {
        group.cancelAll()
        throw error
      }
      receiver.stop()
      try await group.waitForAll()
    }
  }

  @Test(
    "that is refused is known to be so at once", arguments: TransportKind.allCases, Manner.allCases)
  func refused(_ kind: TransportKind, _ manner: Manner) async throws {
    try await kind.withOptions { endpoint, sending, receiving in
      var (sending, receiving) = (sending, receiving)
      sending.failsIfIncomplete = false
      receiving.failsIfIncomplete = false
      try await withStreamed(
        at: endpoint, receiving,
        handler: { delivery in
          guard delivery.body.whole == nil else { return }
          for try await _ in delivery.body {
            throw Refusal(code: "storage", isRetryable: true, text: "the disk is full")
          }
        }
      ) { bound, _ in
        try await withSender(to: bound, options: sending) { sender in
          var source = SilentSource(pieces: [Bytes([1])], manner: manner, isSilent: Gathered())
          let error = await #expect(throws: PouchError.self) {
            try await sender.send { _ async throws(PouchError) in try await source.next() }
          }
          #expect(error?.code == .rejected, "\(String(describing: error))")
          #expect(error?.cause == "the disk is full (storage)")
          #expect(error?.objectID == 1)
          // It was told of, and the connection goes on.
          try await sender.send(Bytes([2])).processed()
          let summary = sender.summary
          #expect(summary.refused == 1 && summary.acknowledged == 1, "\(summary)")
        }
      }
    }
  }

  @Test("with a receiver that has gone ends with the connection", arguments: TransportKind.allCases)
  func lost(_ kind: TransportKind) async throws {
    try await kind.withOptions { endpoint, sending, receiving in
      let receiver = Receiver(on: endpoint, options: receiving)
      let bound = try await receiver.bind()[0]
      let begun = Gathered<Void>()
      let running = Task {
        try await receiver.runStreamed { delivery in
          for try await _ in delivery.body { begun.append(()) }
        }
      }
      let isSilent = Gathered<Void>()
      var outcome: (any Error)?
      do {
        try await withSender(to: bound, options: sending) { sender in
          try await withThrowingTaskGroup(of: Void.self) { group in
            for pieces in [[], [Bytes([1])]] {
              group.addTask {
                var source = SilentSource(pieces: pieces, isSilent: isSilent)
                let error = await #expect(throws: PouchError.self) {
                  try await sender.send { _ async throws(PouchError) in try await source.next() }
                }
                #expect(error?.code == .connectionLost, "\(String(describing: error))")
              }
            }
            await isSilent.wait(for: 2)
            await begun.wait(for: 1)
            running.cancel()
            try await group.waitForAll()
          }
        }
      } catch {
        outcome = error
      }
      #expect((outcome as? PouchError)?.code == .connectionLost)
      _ = await running.result
    }
  }

  @Test("with a receiver that stops ends when its drain does, and the receiver keeps nothing")
  func stopped() async throws {
    try await TransportKind.unixAbstract.withOptions { endpoint, sending, receiving in
      var (sending, receiving) = (sending, receiving)
      sending.failsIfIncomplete = false
      receiving.failsIfIncomplete = false
      receiving.timeouts.drain = .milliseconds(300)
      let (begun, whole) = (Gathered<Void>(), Gathered<UInt64>())
      try await withStreamed(
        at: endpoint, receiving,
        handler: { delivery in
          for try await _ in delivery.body { begun.append(()) }
          whole.append(delivery.id)
        }
      ) { bound, receiver in
        try await withSender(to: bound, options: sending) { sender in
          var source = SilentSource(pieces: [Bytes([1])], isSilent: Gathered())
          let error = await #expect(throws: PouchError.self) {
            try await sender.send { _ async throws(PouchError) in
              if source.pieces.isEmpty {
                await begun.wait(for: 1)
                receiver.stop()
              }
              return try await source.next()
            }
          }
          #expect(error?.code == .rejected, "\(String(describing: error))")
        }
      }
      #expect(whole.values == [])
    }
  }

  @Test(
    "is given up by a sender that closes: at once before it begins, else when its drain is over")
  func closed() async throws {
    try await TransportKind.tcp.withOptions { endpoint, sending, receiving in
      var (sending, receiving) = (sending, receiving)
      sending.failsIfIncomplete = false
      sending.timeouts.drain = .milliseconds(300)
      receiving.failsIfIncomplete = false
      let begun = Gathered<Void>()
      try await withStreamed(
        at: endpoint, receiving,
        handler: { delivery in for try await _ in delivery.body { begun.append(()) } }
      ) { bound, _ in
        try await withSender(to: bound, options: sending) { sender in
          let isSilent = Gathered<Void>()
          await withTaskGroup(of: Void.self) { group in
            for (pieces, code) in [([], .closed), ([Bytes([1])], .timedOut)]
              as [([Bytes], PouchError.Code)]
            {
              group.addTask {
                var source = SilentSource(pieces: pieces, manner: .ending, isSilent: isSilent)
                let error = await #expect(throws: PouchError.self) {
                  try await sender.send { _ async throws(PouchError) in try await source.next() }
                }
                #expect(error?.code == code, "\(String(describing: error))")
              }
            }
            await isSilent.wait(for: 2)
            await begun.wait(for: 1)
            try? await sender.close()
          }
        }
      }
    }
  }

  @Test("and that is cancelled is not complete, even where its source seems to end")
  func cancelled() async throws {
    try await TransportKind.tcp.withOptions { endpoint, sending, receiving in
      var receiving = receiving
      receiving.failsIfIncomplete = false
      let ends = Gathered<Bool>()
      let begun = Gathered<Void>()
      try await withStreamed(
        at: endpoint, receiving,
        handler: { delivery in
          do {
            for try await _ in delivery.body { begun.append(()) }
            ends.append(true)
          } catch {
            ends.append(false)
            throw error
          }
        }
      ) { bound, _ in
        try await withSender(to: bound, options: sending) { sender in
          let task = Task {
            let (bytes, continuation) = AsyncStream.makeStream(of: Bytes.self)
            continuation.yield(Bytes([1]))
            _ = try await sender.send { _ in await bytes.first { _ in true } ?? Bytes() }
            continuation.finish()
          }
          await begun.wait(for: 1)
          task.cancel()
          let error = await #expect(throws: PouchError.self) { try await task.value }
          #expect(error?.code == .cancelled)
          await ends.wait(for: 1)
          #expect(ends.values == [false])
        }
      }
    }
  }

  @Test(
    "has sent all that it had: the next piece is asked for when the one before has arrived",
    arguments: TransportKind.allCases, [nil, 3] as [UInt64?])
  func piecewise(_ kind: TransportKind, _ size: UInt64?) async throws {
    try await kind.withOptions { endpoint, sending, receiving in
      let arrived = Gathered<Bytes>()
      try await withStreamed(
        at: endpoint, receiving,
        handler: { delivery in for try await piece in delivery.body { arrived.append(piece) } }
      ) { bound, _ in
        try await withSender(to: bound, options: sending) { sender in
          var count = 0
          let receipt = try await sender.send(attributes: Attributes(size: size)) {
            _ async throws(PouchError) in
            // What completes the announced size waits for the word that it does.
            if size == nil || count < 3 { await arrived.wait(for: count) }
            count += 1
            return count > 3 ? Bytes() : Bytes([UInt8(count)])
          }
          try await receipt.processed()
        }
      }
      #expect(arrived.values.map(\.array) == [[1], [2], [3]])
    }
  }

  @Test("runs where its caller does", arguments: [1, 2])
  func isolation(_ pieces: Int) async throws {
    try await TransportKind.memory.withOptions { endpoint, sending, receiving in
      try await withStreamed(
        at: endpoint, receiving, handler: { delivery in for try await _ in delivery.body {} }
      ) { bound, _ in
        try await withSender(to: bound, options: sending) { sender in
          try await Caller().send(sender, pieces)
        }
      }
    }
  }

  /// Sends from a source that only it may call.
  private actor Caller {
    private var left = 0

    func send(_ sender: Sender, _ pieces: Int) async throws {
      left = pieces
      try await Self.pass(sender) { isolation in
        isolation?.preconditionIsolated()
        return self.take()
      }
    }

    private func take() -> Bytes {
      left -= 1
      return left < 0 ? Bytes() : Bytes([1])
    }

    /// Says which actor calls the source.
    private static func pass(
      _ sender: Sender, _ source: ((any Actor)?) async -> Bytes
    ) async throws {
      _ = try await sender.send { _ async throws(PouchError) in
        #expect(#isolation is Caller)
        return await source(#isolation)
      }.processed()
    }
  }
}
