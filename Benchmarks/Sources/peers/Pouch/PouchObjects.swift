import Pouch

/// Pouch as a program uses it: a `send` for each object or for a batch, a handler for each object
/// or for all of a frame.
struct PouchObjects: Workload {
  /// How the library is called.
  enum Form: Sendable {
    /// An async `send`, and a handler that does not wait, for each object.
    case each
    /// An async `send`, and a handler that may wait, for each object.
    case async
    /// A `send` for every 64 objects, and a handler for each frame, which loops over its objects.
    case batch
  }

  let name: String
  let link: PouchLink
  let form: Form

  /// From this size on the library sends objects without copying them.
  private static let copyLimit = 16 << 10

  init(_ name: String, _ link: PouchLink, form: Form = .each) {
    self.name = name
    self.link = link
    self.form = form
  }

  var summary: String {
    let calls =
      switch form {
      case .each: "async send, and a handler that does not wait, for each object"
      case .async: "async send, and an async handler, for each object"
      case .batch: "a send for 64 objects, and a handler for each frame"
      }
    let stages = link.pipeline.map { "\($0.name)" }.joined(separator: ", ")
    return calls + (stages.isEmpty ? ", no integrity stage" : ", " + stages)
      + (link.acknowledge == .none
        ? ", no acknowledgements" : ", each acknowledged as \(link.acknowledge)")
  }

  func run(_ load: Load) async throws -> Meter {
    let tally = Tally(load)
    try await link.withReceiver({ try await receive($0, tally) }) { endpoint in
      try await withSender(to: endpoint, options: link.sending) { sender in
        if load.size > Self.copyLimit {
          try await sendLarge(sender, load)
        } else if form == .batch {
          try await sendBatches(sender, load)
        } else {
          try await sendEach(sender, load)
        }
      }
    }
    return tally.meter
  }

  private func receive(_ receiver: Receiver, _ tally: Tally) async throws {
    switch form {
    case .async:
      try await receiver.run { delivery async in
        delivery.payload.withUnsafeBytes { tally.add($0) }
      }
    case .each:
      try await receiver.run { delivery in
        delivery.payload.withUnsafeBytes { tally.add($0) }
      }
    case .batch:
      try await receiver.runBatches { batch in
        batch.forEach { delivery in delivery.payload.withUnsafeBytes { tally.add($0) } }
      }
    }
  }

  private func sendEach(_ sender: Sender, _ load: Load) async throws {
    var object = [UInt8](repeating: 0, count: load.size)
    object.withUnsafeMutableBytes { load.write(0, $0) }
    if load.size == Load.block {
      for index in 0..<load.total {
        object.withUnsafeMutableBytes {
          $0.storeBytes(of: Load.head(index), as: SIMD8<UInt64>.self)
        }
        try await sender.send(object)
      }
    } else {
      for index in 0..<load.total {
        object.withUnsafeMutableBytes { load.stamp(index, $0) }
        try await sender.send(object)
      }
    }
  }

  private func sendBatches(_ sender: Sender, _ load: Load) async throws {
    var object = [UInt8](repeating: 0, count: load.size)
    object.withUnsafeMutableBytes { load.write(0, $0) }
    var batch = [[UInt8]](repeating: object, count: 64)
    var index = 0
    while index < load.total {
      if load.total - index < batch.count { batch.removeLast(batch.count - load.total + index) }
      for place in batch.indices {
        batch[place].withUnsafeMutableBytes { load.stamp(index + place, $0) }
      }
      try await sender.send(batch: batch)
      index += batch.count
    }
  }

  private func sendLarge(_ sender: Sender, _ load: Load) async throws {
    let memory = ObjectMemory(load)
    for index in 0..<load.total { try await sender.send(memory.object(index)) }
  }
}
