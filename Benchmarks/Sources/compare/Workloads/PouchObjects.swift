import Pouch

/// Pouch as a program uses it: a `send` for each object or for a batch, a handler for each object
/// or for all of a frame, every frame checked with CRC-32C.
struct PouchObjects: Workload {
  /// How the library is called.
  enum Form: String {
    /// An async `send` and a handler that may wait, for each object.
    case async = "pouch, async handler"
    /// An async `send` and a handler that does not wait, for each object.
    case each = "pouch"
    /// A `send` for every 64 objects and a handler for each frame, which loops over its objects.
    case batch = "pouch, batches"
  }

  let name: String
  let summary: String
  private let form: Form
  private let acknowledge: AcknowledgementLevel

  /// - Parameter acknowledge: `none` promises what the peers promise; `processed` is the default
  ///   of the library.
  init(_ form: Form, acknowledge: AcknowledgementLevel) {
    self.form = form
    self.acknowledge = acknowledge
    name = form.rawValue + (acknowledge == .none ? "" : ", \(acknowledge)")
    let calls =
      switch form {
      case .async: "async send and async handler for each object"
      case .each: "async send and a handler that does not wait for each object"
      case .batch: "a send for 64 objects and a handler for each frame"
      }
    summary =
      calls + ", CRC-32C, "
      + (acknowledge == .none ? "no acknowledgements" : "each acknowledged as \(acknowledge)")
  }

  func run(_ load: Load) async throws -> Meter {
    let tally = Tally(load)
    var receiving = ReceiverOptions()
    receiving.requiredStages = ["crc32c"]
    let receiver = Receiver(on: .tcp("127.0.0.1", 0), options: receiving)
    guard let endpoint = try await receiver.bind().first else {
      throw VerificationError(reason: "the receiver bound nothing")
    }
    async let received: Void = receive(receiver, tally)

    var sending = SenderOptions()
    sending.acknowledge = acknowledge
    sending.pipeline = [CRC32CStage()]
    try await withSender(to: endpoint, options: sending) { sender in
      if form == .batch {
        try await sendBatches(sender, load)
      } else {
        try await sendEach(sender, load)
      }
    }
    // The connection has ended in good order: everything that was sent has been handled.
    receiver.stop()
    try await received
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
    var object = [UInt8](repeating: 0, count: Load.objectSize)
    for index in 0..<load.total {
      object.withUnsafeMutableBytes {
        $0.storeBytes(of: Load.object(index), as: SIMD8<UInt64>.self)
      }
      try await sender.send(object)
    }
  }

  private func sendBatches(_ sender: Sender, _ load: Load) async throws {
    var batch = [[UInt8]](repeating: [UInt8](repeating: 0, count: Load.objectSize), count: 64)
    var index = 0
    while index < load.total {
      if load.total - index < batch.count { batch.removeLast(batch.count - load.total + index) }
      for place in batch.indices {
        batch[place].withUnsafeMutableBytes {
          $0.storeBytes(of: Load.object(index + place), as: SIMD8<UInt64>.self)
        }
      }
      try await sender.send(batch: batch)
      index += batch.count
    }
  }
}

/// The meter of a receiver whose handler is called from one connection only.
///
/// `@unchecked Sendable`: the handler runs for one object of a connection at a time, and the meter
/// is read after `run` has returned. It lies behind a pointer so that the other workloads, whose
/// meters are local variables, have no advantage in a check of exclusive access for each object.
private final class Tally: @unchecked Sendable {
  private let storage: UnsafeMutablePointer<Meter>

  init(_ load: Load) {
    storage = .allocate(capacity: 1)
    storage.initialize(to: Meter(load))
  }

  deinit {
    storage.deinitialize(count: 1)
    storage.deallocate()
  }

  var meter: Meter { storage.pointee }

  @inline(__always)
  func add(_ object: UnsafeRawBufferPointer) {
    storage.pointee.add(object)
  }
}
