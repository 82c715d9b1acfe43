internal import PouchCore

/// The floor of a round trip: a thread at each end that blocks, and nothing else.
///
/// It has the shape of what it is compared with: an object there, and back eight bytes (for an
/// acknowledgement) or, over a connection of its own, the object (for a reply).
struct RawRoundTrip: Contender {
  let loopback: Loopback
  let carrier: Carrier
  let tls: BareTLS?
  let shape: RoundTrip

  var name: String { carrier == .tls ? "bare OpenSSL" : "raw sockets" }

  func run(_ round: RoundPlan) async throws -> RoundFigures {
    let forth = try await RawPairs.connect(round.connections, carrier, tls, loopback.pool)
    let back =
      shape == .reply
      ? try await RawPairs.connect(round.connections, carrier, tls, loopback.pool) : nil
    let meters = MeterTable(round)
    let shape = shape
    async let answered: [Void] = loopback.pool.runAll(round.connections) {
      number throws(PouchError) in
      try RawPairs.abandoning(forth, back) { () throws(PouchError) in
        var end = RawEnd(
          from: forth.servers[number], to: back?.servers[number] ?? forth.servers[number],
          largest: round.content.size)
        try end.answer(shape, connection: number, meters)
      }
    }
    let begin = MonotonicClock.now()
    let results = try await loopback.pool.runAll(round.connections) {
      number throws(PouchError) in
      try RawPairs.abandoning(forth, back) { () throws(PouchError) in
        var end = RawEnd(
          from: back?.clients[number] ?? forth.clients[number], to: forth.clients[number],
          largest: round.content.size)
        return try end.ask(
          ObjectMaker(
            round, connection: number, clock: meters.clock, begin: begin, looksOften: true),
          shape)
      }
    }
    _ = try await answered
    let latency = RoundTrips(merging: results)
    var figures = try meters.figures(sent: latency.sent, name)
    figures.add(latency.recorder)
    return figures
  }
}

/// One end of a round trip: where it reads and where it writes.
private struct RawEnd: ~Copyable {
  private let outgoing: any RawChannel
  private var writer: FrameWriter
  private var reader: FrameReader

  init(from incoming: any RawChannel, to outgoing: any RawChannel, largest: Int) {
    self.outgoing = outgoing
    writer = FrameWriter(outgoing)
    reader = FrameReader(incoming, largest: largest)
  }

  /// Sends one object after the other, each when the answer to the last one has come. Blocks.
  mutating func ask(
    _ objects: ObjectMaker, _ shape: RoundTrip
  ) throws(PouchError) -> RoundTrips {
    var maker = objects
    let size = shape == .reply ? maker.size : ObjectTag.size
    var trips = RoundTrips()
    let object = maker.writer.makeRawMemory()
    var isTimed = false
    while let tag = maker.next() {
      maker.writer.write(tag, into: object.bytes)
      let begin = MonotonicClock.now()
      try writer.append(UnsafeRawBufferPointer(object.bytes))
      try writer.flush()
      var isRight: Bool?
      while isRight == nil {
        let isOpen = try reader.take { answer in
          isRight =
            answer.count == size && answer.loadUnaligned(as: UInt64.self) == tag.rawValue
            && (shape == .acknowledgement || maker.matches(tag, answer))
        }
        guard isOpen else { throw PouchError(.truncated, "the baseline's answer did not come") }
      }
      if isTimed { trips.recorder.record(from: begin, to: MonotonicClock.now()) }
      guard isRight == true else {
        throw ObjectFault.content(object: tag.rawValue).error("the baseline's answers")
      }
      if tag.starts { isTimed = true }
    }
    try outgoing.finish()
    trips.sent = maker.count
    return trips
  }

  /// Answers every object until there are no more. Blocks.
  mutating func answer(
    _ shape: RoundTrip, connection: Int, _ meters: MeterTable
  ) throws(PouchError) {
    while true {
      let isOpen = try reader.take { object throws(PouchError) in
        meters.add(object, connection: connection)
        let answer =
          shape == .reply ? object : UnsafeRawBufferPointer(rebasing: object[..<ObjectTag.size])
        try writer.append(answer)
        try writer.flush()
      }
      if !isOpen { return }
    }
  }
}
