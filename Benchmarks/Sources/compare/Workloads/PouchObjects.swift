import Pouch

/// Pouch as a program uses it: an async `send` for each object, an async handler for each object,
/// every frame checked with CRC-32C.
struct PouchObjects: Workload {
  let name: String
  let summary: String
  private let acknowledge: AcknowledgementLevel

  /// - Parameter acknowledge: `none` promises what the peers promise; `processed` is the default
  ///   of the library.
  init(acknowledge: AcknowledgementLevel) {
    self.acknowledge = acknowledge
    name = acknowledge == .none ? "pouch" : "pouch, \(acknowledge)"
    summary =
      "async send and async handler for each object, CRC-32C, "
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
    async let received: Void = receiver.run { delivery in
      delivery.payload.withUnsafeBytes { tally.add($0) }
    }

    var sending = SenderOptions()
    sending.acknowledge = acknowledge
    sending.pipeline = [CRC32CStage()]
    try await withSender(to: endpoint, options: sending) { sender in
      var object = [UInt8](repeating: 0, count: Load.objectSize)
      for index in 0..<load.total {
        object.withUnsafeMutableBytes {
          $0.storeBytes(of: Load.object(index), as: SIMD8<UInt64>.self)
        }
        try await sender.send(object)
      }
    }
    // The connection has ended in good order: everything that was sent has been handled.
    receiver.stop()
    try await received
    return tally.meter
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
