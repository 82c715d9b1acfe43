internal import PouchCore
internal import PouchSockets

/// Objects at planned times over blocking sockets, or bare OpenSSL on them: what is due together
/// leaves together.
struct RawLoad: Contender {
  let loopback: Loopback
  let carrier: Carrier
  let tls: BareTLS?
  let rate: Double

  var name: String { carrier == .tls ? "bare OpenSSL" : "raw sockets" }

  func run(_ round: RoundPlan) async throws -> RoundFigures {
    let pairs = try await RawPairs.connect(round.connections, carrier, tls, loopback.pool)
    let schedule = Schedule(rate: rate, connections: round.connections)
    let meters = MeterTable(round, schedule: schedule)
    let threads = loopback.threads
    async let received: [Void] = loopback.pool.runAll(threads) { thread throws(PouchError) in
      try RawPairs.abandoning(pairs) { () throws(PouchError) in
        try pairs.receive(thread: thread, of: threads, largest: round.content.size, meters)
      }
    }
    let rate = rate
    let sending = try await loopback.pool.run { () throws(PouchError) in
      try RawPairs.abandoning(pairs) { () throws(PouchError) in
        try pairs.send(
          PacedSending(round, schedule, clock: meters.clock, rate: rate),
          size: round.content.size)
      }
    }
    _ = try await received
    var figures = try meters.figures(sent: sending.sent, name)
    sending.add(to: &figures)
    return figures
  }
}

extension RawPairs {
  /// Sends what `plan` says when it says so. Blocks.
  ///
  /// - Returns: What became of it.
  fileprivate func send(_ plan: PacedSending, size: Int) throws(PouchError) -> PacedSending {
    var sending = plan
    let writers = clients.map { PacedWriter($0) }
    let object = RawMemory(size: size)
    var isFresh = true
    while let next = sending.next() {
      sending.write(next, into: object.bytes, refresh: isFresh)
      isFresh = false
      sending.waitUntilDue(next.tag)
      try writers[next.connection].writer.append(UnsafeRawBufferPointer(object.bytes))
      if !sending.isNextDue {
        for writer in writers { try writer.writer.flush() }
      }
    }
    for writer in writers { try writer.writer.flush() }
    for client in clients { try client.finish() }
    return sending
  }
}

/// A writer in a list of several.
private final class PacedWriter {
  var writer: FrameWriter

  init(_ channel: any RawChannel) { writer = FrameWriter(channel) }
}
