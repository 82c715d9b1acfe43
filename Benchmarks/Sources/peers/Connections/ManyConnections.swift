import Pouch

/// Objects of 64 bytes over so many connections at once, all of one receiver.
struct ManyConnections: Contender {
  let count: Int
  var link = PouchLink(carrier: .tcp)

  var name: String { count == 1 ? "1 connection" : "\(count) connections" }
  var summary: String { "async send and a handler that does not wait, as many as time allows" }

  func measure(seconds: Double) async throws -> Double {
    DescriptorLimit.raise(connections: count)
    var link = link
    link.connections = count
    let tallies = ConnectionTallies(count)
    let line = StartingLine(count)
    let serve: @Sendable (Receiver) async throws -> Void = { receiver in
      try await receiver.run { delivery in
        delivery.payload.withUnsafeBytes { tallies.add($0) }
      }
    }
    let options = link.sending
    let sent = try await link.withReceiver(serve) { endpoint in
      try await withThrowingTaskGroup(of: (Int, Int).self) { group in
        for connection in 0..<count {
          group.addTask {
            try await withSender(to: endpoint, options: options) { sender in
              // Every connection's memory is to be there before the clock starts.
              let start = await line.wait() + UInt64(seconds * 0.5e9)
              tallies.startClock(at: start)
              let end = start + UInt64(seconds * 1e9)
              return (connection, try await Self.send(connection, sender, until: end))
            }
          }
        }
        var sent = [Int](repeating: 0, count: count)
        for try await (connection, number) in group { sent[connection] = number }
        return sent
      }
    }
    return try tallies.rate(sent: sent)
  }

  private static func send(
    _ connection: Int, _ sender: Sender, until end: UInt64
  ) async throws -> Int {
    var object = [UInt8](repeating: 0, count: Load.block)
    var number = 0
    repeat {
      for _ in 0..<64 {
        object.withUnsafeMutableBytes {
          $0.storeBytes(
            of: ConnectionTallies.object(connection, number), as: SIMD8<UInt64>.self)
        }
        try await sender.send(object)
        number += 1
      }
    } while MonotonicClock.now() < end
    return number
  }
}
