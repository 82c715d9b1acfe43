import Glibc
import Synchronization
import Testing

@testable import Pouch
@testable import PouchCore
@testable import PouchSockets

/// Peers are judged by what they sent, and not by when this side got to read it.
@Suite("A loop that is busy", .timeLimit(.minutes(1)))
struct AttentionTests {
  @Test("counts no time in which it could not read")
  func clock() {
    var clock = AttentiveClock()
    func book(_ slept: Duration, of planned: Duration) -> Bool {
      clock.book(slept: slept, of: planned)
    }
    #expect(book(.seconds(2), of: .seconds(2)))
    #expect(book(.milliseconds(2900), of: .seconds(2)))
    #expect(clock.elapsed == .milliseconds(4900))
    #expect(!book(.seconds(60), of: .seconds(2)))
    #expect(clock.elapsed == .milliseconds(4900))
    // A short sleep is late by more than half of it on any machine.
    #expect(book(.milliseconds(40), of: .milliseconds(10)))
    #expect(!book(.milliseconds(400), of: .milliseconds(10)))
  }

  /// A receiver with one loop, where the handler of one connection blocks it.
  private func withBlockedLoop(
    _ change: (inout Timeouts) -> Void, blocks: useconds_t,
    _ body: (_ endpoint: Endpoint, _ isBlocked: Gathered<Void>, Gathered<PouchError>) async throws
      -> Void
  ) async throws {
    let reactor = try Reactor(loops: 1)
    var options = ReceiverOptions()
    options.transports.register(.tcp, TCPTransport(reactor: reactor))
    options.timeouts = .patient
    change(&options.timeouts)
    let failures = Gathered<PouchError>()
    options.onEvent = { event in
      switch event {
      case .disconnected(_, let error?), .refused(_, let error): failures.append(error)
      default: break
      }
    }
    let isBlocked = Gathered<Void>()
    try await withReceiver(
      at: .tcp("127.0.0.1", 0), options,
      handler: { delivery in
        guard delivery.payload.count == 1 else { return }
        isBlocked.append(())
        usleep(blocks)
      }
    ) { endpoint, _ in
      try await body(endpoint, isBlocked, failures)
    }
    reactor.shutdown()
  }

  private var sending: SenderOptions {
    var options = SenderOptions()
    options.timeouts = .patient
    return options
  }

  @Test("does not take a peer for silent whose word it has not read")
  func silence() async throws {
    try await withBlockedLoop({ $0.heartbeat = .milliseconds(500) }, blocks: 4_000_000) {
      endpoint, isBlocked, failures in
      try await withSender(to: endpoint, options: sending) { other in
        try await other.send(Bytes([1, 2])).processed()
        try await withSender(to: endpoint, options: sending) { blocking in
          let receipt = try await blocking.send(Bytes([1]))
          await isBlocked.wait(for: 1)
          // Half an answer to the PING comes when nobody can read it; the rest as usual.
          try await receipt.processed()
          try await other.send(Bytes([1, 2])).processed()
        }
      }
      #expect(failures.values.map(\.description) == [])
    }
  }

  @Test("does not take a frame for stalled whose rest it has not read")
  func stall() async throws {
    try await withBlockedLoop({ $0.body = .seconds(1) }, blocks: 4_000_000) {
      endpoint, isBlocked, failures in
      try await withSender(to: endpoint, options: sending) { other in
        try await withSender(to: endpoint, options: sending) { blocking in
          // Ends inside a frame when the loop is blocked: the kernel's buffers hold less.
          async let large: Void = other.send(pattern(9_000_000)).processed()
          let receipt = try await blocking.send(Bytes([1]))
          await isBlocked.wait(for: 1)
          try await receipt.processed()
          try await large
        }
      }
      #expect(failures.values.map(\.description) == [])
    }
  }

  @Test("does not take a peer for late whose hello it has not read")
  func hello() async throws {
    try await withBlockedLoop({ $0.hello = .seconds(1) }, blocks: 4_000_000) {
      endpoint, isBlocked, failures in
      try await withSender(to: endpoint, options: sending) { blocking in
        let receipt = try await blocking.send(Bytes([1]))
        await isBlocked.wait(for: 1)
        // It connects while nobody listens, and is welcomed behind that.
        try await withSender(to: endpoint, options: sending) { other in
          try await other.send(Bytes([1, 2])).processed()
        }
        try await receipt.processed()
      }
      #expect(failures.values.map(\.description) == [])
    }
  }
}
