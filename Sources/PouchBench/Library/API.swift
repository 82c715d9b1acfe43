internal import Pouch

/// A way to call the library for one object after the other.
///
/// A further way is a type that conforms to `Usage`, and a case here.
package enum API: String, Sendable, Hashable, CaseIterable, Codable {
  /// `send` for each object, and a handler for each that does not wait.
  case each
  /// `send` for each object, and a handler for each that may wait.
  case async
  /// `send(batch:)`, and a handler for all objects of a frame.
  case batch

  var usage: any Usage {
    switch self {
    case .each: EachUsage()
    case .async: AsyncUsage()
    case .batch: BatchUsage()
    }
  }
}

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
    var object = maker.makeMemory()
    while let tag = maker.next() {
      object.withUnsafeMutableBytes { maker.write(tag, into: $0) }
      try await sender.send(object)
    }
  }

  /// The same for objects that the library does not copy.
  private func sendWhole(_ maker: inout ObjectMaker, through sender: Sender) async throws {
    var pool = ObjectPool(size: maker.size)
    while let tag = maker.next() {
      try await sender.send(pool.make { maker.write(tag, into: $0, refresh: $1) })
    }
  }
}

struct EachUsage: Usage {
  func receive(_ meters: MeterTable, with receiver: Receiver) async throws {
    try await receiver.run { delivery in
      delivery.payload.withUnsafeBytes { meters.add($0) }
    }
  }
}

struct AsyncUsage: Usage {
  func receive(_ meters: MeterTable, with receiver: Receiver) async throws {
    try await receiver.run { delivery async in
      delivery.payload.withUnsafeBytes { meters.add($0) }
    }
  }
}

struct BatchUsage: Usage {
  /// The most objects of a batch, and the most bytes.
  private static let most = (objects: 64, bytes: 64 << 10)

  func send(_ maker: inout ObjectMaker, through sender: Sender) async throws {
    let count = max(1, min(BatchUsage.most.objects, BatchUsage.most.bytes / maker.size))
    var batch = [[UInt8]](repeating: maker.makeMemory(), count: count)
    var isOver = false
    while !isOver {
      var filled = 0
      while filled < batch.count {
        guard let tag = maker.next() else {
          isOver = true
          break
        }
        batch[filled].withUnsafeMutableBytes { maker.write(tag, into: $0) }
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
