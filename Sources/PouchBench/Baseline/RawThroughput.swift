internal import PouchCore

/// The ceiling of throughput: blocking sockets, or bare OpenSSL on them, and nothing else.
struct RawThroughput: Contender {
  let loopback: Loopback
  let carrier: Carrier
  let tls: BareTLS?

  var name: String { carrier == .tls ? "bare OpenSSL" : "raw sockets" }

  func run(_ round: RoundPlan) async throws -> RoundFigures {
    let pairs = try await RawPairs.connect(round.connections, carrier, tls, loopback.pool)
    let meters = MeterTable(round)
    let threads = loopback.threads
    async let received: [Void] = loopback.pool.runAll(threads) { thread throws(PouchError) in
      try RawPairs.abandoning(pairs) { () throws(PouchError) in
        try pairs.receive(thread: thread, of: threads, largest: round.content.size, meters)
      }
    }
    let begin = MonotonicClock.now()
    let sent = try await loopback.pool.runAll(threads) { thread throws(PouchError) in
      try RawPairs.abandoning(pairs) { () throws(PouchError) in
        try pairs.send(thread: thread, of: threads, round, meters.clock, begin: begin)
      }
    }
    _ = try await received
    return try meters.figures(sent: sent.reduce(0, +), name)
  }
}

extension RawPairs {
  /// Sends on the connections of one thread, a batch to each in turn, until the round is over.
  /// Blocks.
  ///
  /// - Returns: How many objects were sent.
  fileprivate func send(
    thread: Int, of threads: Int, _ round: RoundPlan, _ clock: RoundClock, begin: UInt64
  ) throws(PouchError) -> UInt64 {
    var lanes = stride(from: thread, to: clients.count, by: threads).map { connection in
      SendingLane(
        clients[connection],
        ObjectMaker(round, connection: connection, clock: clock, begin: begin))
    }
    var sent: UInt64 = 0
    while !lanes.isEmpty {
      for lane in lanes { try lane.sendBatch() }
      for lane in lanes where lane.isOver { sent += lane.maker.count }
      lanes.removeAll { $0.isOver }
    }
    return sent
  }
}

/// One connection of a sending thread.
private final class SendingLane {
  private let channel: any RawChannel
  private var writer: FrameWriter
  private(set) var maker: ObjectMaker
  private let object: RawMemory
  /// How many objects fill a batch.
  private let batch: Int
  private(set) var isOver = false

  init(_ channel: any RawChannel, _ maker: ObjectMaker) {
    self.channel = channel
    self.maker = maker
    writer = FrameWriter(channel)
    object = maker.writer.makeRawMemory()
    batch = max(1, FrameWriter.batchSize / (FrameWriter.headSize + maker.size))
  }

  /// Makes and sends as many objects as fill a batch; the end of the stream when there are no more.
  func sendBatch() throws(PouchError) {
    isOver = try SendingLane.send(batch, &maker, object.bytes, &writer)
    if isOver { try channel.finish() }
  }

  /// With parameters of its own, because exclusive access to a class's is checked at every use.
  ///
  /// - Returns: Whether there are no more objects.
  private static func send(
    _ count: Int, _ maker: inout ObjectMaker, _ object: UnsafeMutableRawBufferPointer,
    _ writer: inout FrameWriter
  ) throws(PouchError) -> Bool {
    for _ in 0..<count {
      guard let tag = maker.next() else {
        try writer.flush()
        return true
      }
      maker.writer.write(tag, into: object)
      try writer.append(UnsafeRawBufferPointer(object))
    }
    try writer.flush()
    return false
  }
}
