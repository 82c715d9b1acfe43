internal import Pouch
internal import PouchCore
internal import PouchSockets

/// One object at a time, each answered by an object of the same content: the receiver's handler
/// sends it back over a connection of its own.
struct PouchReply: Contender {
  let loopback: Loopback
  let carrier: Carrier
  let variant: CaseGroup.Variant

  var name: String { "pouch" }

  func run(_ round: RoundPlan) async throws -> RoundFigures {
    let requests = MeterTable(round)
    let line = StartingLine(round.connections)
    let results = try await forEachConnection(round.connections) { connection in
      try await runPair(round, connection, requests, line)
    }
    let latency = RoundTrips(merging: results)
    var figures = try requests.figures(sent: latency.sent, name)
    figures.add(latency.recorder)
    return figures
  }

  /// Runs both ends of one pair of connections.
  private func runPair(
    _ round: RoundPlan, _ connection: Int, _ requests: MeterTable, _ line: StartingLine
  ) async throws -> RoundTrips {
    let exchange = ReplyExchange(round, connection)
    let asking = receiver(at: loopback.sending, exchange)
    let answering = receiver(at: loopback.receiving, exchange)
    guard let back = try await asking.bind().first, let forth = try await answering.bind().first
    else { throw PouchError(.internal, "a receiver has bound nothing") }
    async let replies: Void = asking.run { delivery in
      delivery.payload.withUnsafeBytes { exchange.take($0) }
    }
    defer { asking.stop() }
    let trips = try await withSender(to: back, options: options(loopback.receiving, exchange)) {
      replying in
      async let handled: Void = answering.run { delivery async throws in
        delivery.payload.withUnsafeBytes { requests.add($0, connection: connection) }
        try await exchange.failing { try await replying.send(delivery.payload) }
      }
      defer { answering.stop() }
      let trips = try await withSender(
        to: forth, options: options(loopback.sending, exchange)
      ) { sender in
        let begin = try await line.wait()
        return try await ask(
          sender,
          ObjectMaker(
            round, connection: connection, clock: requests.clock, begin: begin, looksOften: true),
          exchange)
      }
      answering.stop()
      try await handled
      return trips
    }
    asking.stop()
    try await replies
    try exchange.check(sent: trips.sent, name)
    return trips
  }

  private func ask(
    _ sender: Sender, _ objects: ObjectMaker, _ exchange: ReplyExchange
  ) async throws -> RoundTrips {
    var maker = objects
    var trips = RoundTrips()
    let writer = maker.writer
    var pool = ObjectPool(size: maker.size)
    var isTimed = false
    while let tag = maker.next() {
      let object = pool.make { writer.write(tag, into: $0, refresh: $1) }
      let begin = MonotonicClock.now()
      try await sender.send(object)
      try await exchange.reply()
      if isTimed { trips.recorder.record(from: begin, to: MonotonicClock.now()) }
      if tag.starts { isTimed = true }
    }
    trips.sent = maker.count
    return trips
  }

  private func receiver(at reactor: Reactor, _ exchange: ReplyExchange) -> Receiver {
    var options = loopback.receiverOptions(variant, connections: 1, at: reactor)
    options.onEvent = { exchange.note($0) }
    return Receiver(on: loopback.endpoint(carrier), options: options)
  }

  private func options(_ reactor: Reactor, _ exchange: ReplyExchange) -> SenderOptions {
    var options = loopback.senderOptions(variant, at: reactor)
    options.onEvent = { exchange.note($0) }
    return options
  }
}
