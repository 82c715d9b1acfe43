import Pouch
import PouchSockets
import Testing

@Suite("A sender that dials", .timeLimit(.minutes(1)))
struct DiallingTests {
  @Test("does the handshake where the connection's I/O is done, not on the shared pool")
  func handshakeOnTheLoop() async throws {
    try await TransportKind.tls.withOptions { endpoint, sending, receiving in
      let loops = try Reactor.shared().loops
      let places = Gathered<Bool>()
      var sending = sending
      sending.onEvent = { event in
        if case .secured = event { places.append(loops.contains { $0.isCurrent }) }
      }
      let options = sending
      try await withReceiver(at: endpoint, receiving, handler: { _ in }) { bound, _ in
        try await withSender(to: bound, options: options) { sender in
          try await sender.send(Bytes(utf8: "hello")).processed()
        }
      }
      #expect(places.values == [true])
    }
  }
}
