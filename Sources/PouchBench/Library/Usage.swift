internal import Pouch

/// What a way to call the library does at either end.
protocol Usage: Sendable {
  /// Sends every object that `maker` makes.
  func send(_ maker: inout ObjectMaker, through sender: Sender) async throws

  /// Takes objects in until the receiver is stopped.
  func receive(_ meters: MeterTable, with receiver: Receiver) async throws
}

extension Usage {
  /// One call of `send` for each object.
  func send(_ maker: inout ObjectMaker, through sender: Sender) async throws {
    if maker.size > ObjectPool.copyLimit { return try await sendWhole(&maker, through: sender) }
    let writer = maker.writer
    var object = writer.makeMemory()
    while let tag = maker.next() {
      writer.write(tag, into: &object)
      try await sender.send(object)
    }
  }

  /// The same for objects that the library does not copy.
  private func sendWhole(_ maker: inout ObjectMaker, through sender: Sender) async throws {
    let writer = maker.writer
    var pool = ObjectPool(size: maker.size)
    while let tag = maker.next() {
      try await sender.send(pool.make { writer.write(tag, into: $0, refresh: $1) })
    }
  }
}
