internal import Pouch
internal import PouchCore
internal import PouchSockets

/// Objects that are sent at planned times, from a thread of their own, over connections that take
/// turns.
struct PouchLoad: Contender {
  let loopback: Loopback
  let carrier: Carrier
  let variant: CaseGroup.Variant
  let rate: Double

  var name: String { "pouch" }

  func run(_ round: RoundPlan) async throws -> RoundFigures {
    let schedule = Schedule(rate: rate, connections: round.connections)
    let meters = MeterTable(round, schedule: schedule)
    let result = try await loopback.withReceiver(carrier, variant, round, meters) { endpoint in
      let options = loopback.senderOptions(variant, at: loopback.sending)
      let gathering = SenderGathering(round.connections)
      return try await withThrowingTaskGroup(of: PacedSending?.self) { group in
        for connection in 0..<round.connections {
          group.addTask {
            try await withSender(to: endpoint, options: options) { sender in
              await gathering.add(sender, connection)
              return nil
            }
          }
        }
        let thread = loopback.pacing.loops.first
        group.addTask(executorPreference: thread) {
          let senders = try await gathering.all()
          // Also when it fails: nobody waits for objects that will not come.
          defer { gathering.end() }
          return try await send(round, schedule, meters.clock, through: senders)
        }
        var result: PacedSending?
        for try await sending in group { if let sending { result = sending } }
        return result
      }
    }
    guard let result else { throw PouchError(.internal, "nothing was sent") }
    var figures = try meters.figures(sent: result.sent, name)
    result.add(to: &figures)
    return figures
  }

  /// Runs on the thread that may sleep.
  private func send(
    _ round: RoundPlan, _ schedule: Schedule, _ clock: RoundClock, through senders: [Sender]
  ) async throws -> PacedSending {
    var sending = PacedSending(round, schedule, clock: clock, rate: rate)
    var pool = ObjectPool(size: round.content.size)
    while let next = sending.next() {
      let object = pool.make { sending.write(next, into: $0, refresh: $1) }
      sending.waitUntilDue(next.tag)
      try await senders[next.connection].send(object)
    }
    return sending
  }
}
