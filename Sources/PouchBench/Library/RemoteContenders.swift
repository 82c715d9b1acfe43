internal import Pouch
internal import PouchCore

/// As many objects as can be sent to a receiver elsewhere, measured here: until it has answered for
/// all of them and the connections have ended in good order.
struct RemoteThroughput: Contender {
  let remote: Remote
  let variant: CaseGroup.Variant

  var name: String { "pouch" }

  func run(_ round: RoundPlan) async throws -> RoundFigures {
    let clock = RoundClock(round.counter, runsAtSender: true)
    let usage = variant.key.api.usage
    let timed = try await remote.forEachSender(round, variant, clock) { sender, maker in
      try await usage.send(&maker, through: sender)
    }
    clock.stop()
    return try clock.figures(timed, latency: nil, name)
  }
}

/// One object at a time to a receiver elsewhere, each awaited until that has answered for it.
struct RemoteRoundTrip: Contender {
  let remote: Remote
  let variant: CaseGroup.Variant

  var name: String { "pouch" }

  func run(_ round: RoundPlan) async throws -> RoundFigures {
    let clock = RoundClock(round.counter, runsAtSender: true)
    let latency = Merged()
    let level = variant.acknowledge
    let timed = try await remote.forEachSender(round, variant, clock) { sender, maker in
      latency.add(try await sender.measureAcknowledgements(&maker, level))
      clock.stop()
    }
    return try clock.figures(timed, latency: latency.value.recorder, name)
  }
}

/// A receiver of somebody else's, and how it is spoken to.
struct Remote: Sendable {
  let endpoint: Endpoint
  /// Without a pipeline.
  let options: SenderOptions

  /// Connects so many senders, and runs `body` with each.
  ///
  /// - Returns: How many objects were counted.
  /// - Throws: `.objectsFailed` when the receiver has not taken every object.
  fileprivate func forEachSender(
    _ round: RoundPlan, _ variant: CaseGroup.Variant, _ clock: RoundClock,
    _ body: @escaping @Sendable (Sender, inout ObjectMaker) async throws -> Void
  ) async throws -> UInt64 {
    let line = StartingLine(round.connections)
    var options = options
    options.pipeline = variant.pipeline.stages
    options.acknowledge = variant.acknowledge
    let configured = options
    let counts = try await forEachConnection(round.connections) { connection in
      try await withSender(to: endpoint, options: configured) { sender in
        let begin = try await line.wait()
        var maker = ObjectMaker(
          round, connection: connection, clock: clock, begin: begin,
          looksOften: variant.key.mode == .latency)
        try await body(sender, &maker)
        try await sender.close()
        let books = sender.summary
        guard books.accepted == maker.count,
          variant.acknowledge == .none || books.acknowledged == maker.count
        else {
          throw PouchError(
            .objectsFailed,
            "\(maker.count) objects were sent; the receiver took \(books.acknowledged) and refused "
              + "\(books.refused)", endpoint: endpoint)
        }
        return maker.timed
      }
    }
    return counts.reduce(0, +)
  }
}
