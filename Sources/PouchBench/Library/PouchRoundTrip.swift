internal import Pouch
internal import PouchCore

/// One object at a time, each awaited until the receiver has answered for it.
struct PouchRoundTrip: Contender {
  let loopback: Loopback
  let carrier: Carrier
  let variant: CaseGroup.Variant

  var name: String { "pouch" }

  func run(_ round: RoundPlan) async throws -> RoundFigures {
    let meters = MeterTable(round)
    let results = try await loopback.withReceiver(carrier, variant, round, meters) { endpoint in
      let line = StartingLine(round.connections)
      let options = loopback.senderOptions(variant, at: loopback.sending)
      return try await forEachConnection(round.connections) { connection in
        try await withSender(to: endpoint, options: options) { sender in
          let begin = try await line.wait()
          var maker = ObjectMaker(
            round, connection: connection, clock: meters.clock, begin: begin, looksOften: true)
          return try await sender.measureAcknowledgements(&maker, variant.acknowledge)
        }
      }
    }
    let latency = RoundTrips(merging: results)
    var figures = try meters.figures(sent: latency.sent, name)
    figures.add(latency.recorder)
    return figures
  }
}

extension Sender {
  /// Sends one object after the other, each when the last one was answered for.
  func measureAcknowledgements(
    _ maker: inout ObjectMaker, _ level: AcknowledgementLevel
  ) async throws -> RoundTrips {
    var trips = RoundTrips()
    let writer = maker.writer
    var pool = ObjectPool(size: maker.size)
    var isTimed = false
    while let tag = maker.next() {
      let object = pool.make { writer.write(tag, into: $0, refresh: $1) }
      let begin = MonotonicClock.now()
      let receipt = try await send(object)
      if level == .received {
        try await receipt.received()
      } else {
        try await receipt.processed()
      }
      if isTimed { trips.recorder.record(from: begin, to: MonotonicClock.now()) }
      if tag.starts { isTimed = true }
    }
    trips.sent = maker.count
    return trips
  }
}
