import Testing

@testable import Pouch
@testable import PouchCore

/// A receiver that does not read, because what it does with objects does not go on.
@Suite("A receiver whose output is held", .timeLimit(.minutes(2)))
struct HeldOutputTests {
  @Test(
    "takes nobody for dead who waits for it, and everything arrives once when it goes on",
    arguments: [TransportKind.tcp, .tls, .unixPath])
  func held(_ kind: TransportKind) async throws {
    try await kind.withOptions { endpoint, sending, receiving in
      var (sending, receiving) = (sending, receiving)
      // Long enough for a machine that runs every test at once.
      sending.timeouts.heartbeat = .seconds(2)
      receiving.timeouts.heartbeat = .seconds(2)
      let ends = Gathered<PouchError?>()
      receiving.onEvent = { event in
        if case .disconnected(_, let error) = event { ends.append(error) }
      }
      let (isHeld, release, got) = (Gathered<Void>(), Gathered<Void>(), Gathered<[UInt8]>())
      let tls = sending.tls
      try await withReceiver(
        at: endpoint, receiving,
        handler: { delivery in
          isHeld.append(())
          await release.wait(for: 1)
          got.append(delivery.payload.array)
        }
      ) { bound, _ in
        let options = sending
        try await withThrowingTaskGroup(of: Void.self) { group in
          // Peers that do what they must, and count the receiver's signs of life: beyond three
          // heartbeats of silence it would judge them.
          let isPast = Gathered<Void>()
          for number in UInt8(0)..<4 {
            group.addTask {
              let peer = try await StrangePeer.join(bound, as: .sender, tls: tls)
              // The first may come together with the end of the handshake.
              for id in UInt8(1)...2 {
                try await peer.send(
                  .data, id: UInt64(id), count: 1, ViolationBodies.entry(Bytes([number, id])))
              }
              do {
                try await Self.answerPings(peer, count: 4)
              } catch {
                Issue.record("\(number): \(error)")
              }
              isPast.append(())
              await isPast.wait(for: 4)
              release.append(())
              try await Self.readAcknowledgement(peer, of: 2)
              try await peer.send(.close, Bytes(Closing(last: 2, code: "done").encoded()))
              #expect(try await peer.readAll().contains { $0.header.kind == .close })
            }
          }
          // Others, who judge the receiver.
          for number in UInt8(10)..<13 {
            group.addTask {
              do {
                try await withSender(to: bound, options: options) { sender in
                  for id in UInt8(1)...3 { try await sender.send(Bytes([number, id])) }
                }
              } catch {
                Issue.record("\(number): \(error)")
              }
            }
          }
          await isHeld.wait(for: 7)
          try await group.waitForAll()
        }
      }
      await ends.wait(for: 7)
      #expect(ends.values.allSatisfy { $0 == nil }, "\(ends.values)")
      var expected: Set<[UInt8]> = []
      for number in UInt8(0)..<4 { for id in UInt8(1)...2 { expected.insert([number, id]) } }
      for number in UInt8(10)..<13 { for id in UInt8(1)...3 { expected.insert([number, id]) } }
      #expect(got.values.count == expected.count)
      #expect(Set(got.values) == expected)
    }
  }

  private static func answerPings(_ peer: StrangePeer, count: Int) async throws {
    var pings = 0
    while pings < count {
      let frame = try await peer.read()
      guard frame.header.kind == .ping else { continue }
      pings += 1
      try await peer.send(.pong, frame.body)
    }
  }

  private static func readAcknowledgement(_ peer: StrangePeer, of id: UInt64) async throws {
    while true {
      let frame = try await peer.read()
      if frame.header.kind == .ping { try await peer.send(.pong, frame.body) }
      guard frame.header.kind == .acknowledge else { continue }
      if try Acknowledgement(reading: frame.body).upTo >= id { return }
    }
  }
}
