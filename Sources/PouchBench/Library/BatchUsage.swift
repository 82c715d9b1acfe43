internal import Pouch

struct BatchUsage: Usage {
  /// The most objects of a batch, and the most bytes.
  private static let most = (objects: 64, bytes: 64 << 10)

  func send(_ maker: inout ObjectMaker, through sender: Sender) async throws {
    let count = max(1, min(BatchUsage.most.objects, BatchUsage.most.bytes / maker.size))
    let writer = maker.writer
    var batch = [[UInt8]](repeating: writer.makeMemory(), count: count)
    var isOver = false
    while !isOver {
      var filled = 0
      while filled < batch.count {
        guard let tag = maker.next() else {
          isOver = true
          break
        }
        writer.write(tag, into: &batch[filled])
        filled += 1
      }
      if filled < batch.count { batch.removeLast(batch.count - filled) }
      try await sender.send(batch: batch)
    }
  }

  func receive(_ meters: MeterTable, with receiver: Receiver) async throws {
    try await receiver.runBatches { batch in
      batch.forEach { delivery in delivery.payload.withUnsafeBytes { meters.add($0) } }
    }
  }
}
