internal import Pouch
internal import PouchCore

/// As many objects as can be sent, from senders that connect to one receiver.
struct PouchThroughput: Contender {
  let loopback: Loopback
  let carrier: Carrier
  let variant: CaseGroup.Variant

  var name: String { "pouch" }

  func run(_ round: RoundPlan) async throws -> RoundFigures {
    let meters = MeterTable(round)
    let usage = variant.key.api.usage
    let sent = try await loopback.withReceiver(carrier, variant, round, meters) { endpoint in
      let line = StartingLine(round.connections)
      let options = loopback.senderOptions(variant, at: loopback.sending)
      return try await forEachConnection(round.connections) { connection in
        try await withSender(to: endpoint, options: options) { sender in
          let begin = try await line.wait()
          var maker = ObjectMaker(
            round, connection: connection, clock: meters.clock, begin: begin)
          try await usage.send(&maker, through: sender)
          return maker.count
        }
      }
    }
    return try meters.figures(sent: sent.reduce(0, +), name)
  }
}

extension Loopback {
  /// Runs a receiver that counts what arrives, and `body` beside it.
  func withReceiver<R: Sendable>(
    _ carrier: Carrier, _ variant: CaseGroup.Variant, _ round: RoundPlan, _ meters: MeterTable,
    _ body: (Endpoint) async throws -> R
  ) async throws -> R {
    let receiver = Receiver(
      on: endpoint(carrier),
      options: receiverOptions(variant, connections: round.connections, at: receiving))
    guard let bound = try await receiver.bind().first else {
      throw PouchError(.internal, "the receiver has bound nothing")
    }
    let usage = variant.key.api.usage
    async let received: Void = usage.receive(meters, with: receiver)
    do {
      let result = try await body(bound)
      // Every connection has ended in good order: everything that was sent has been handled.
      receiver.stop()
      try await received
      return result
    } catch {
      receiver.stop()
      _ = try? await received
      throw error
    }
  }
}

/// Runs `body` for each of so many connections at once.
///
/// - Returns: What it returned, in no order.
/// - Throws: What one of them threw that is not the end of the others.
func forEachConnection<R: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (Int) async throws -> R
) async throws -> [R] {
  try await withThrowingTaskGroup(of: R.self) { group in
    for connection in 0..<count { group.addTask { try await body(connection) } }
    var results: [R] = []
    for try await result in group { results.append(result) }
    return results
  }
}
