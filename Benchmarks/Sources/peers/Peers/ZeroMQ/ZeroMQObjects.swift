internal import CZeroMQ

/// libzmq, from a PUSH socket to a PULL socket. Each side has a context of its own, thus an I/O
/// thread of its own, as in two processes.
struct ZeroMQObjects: Workload {
  /// From this size on objects are sent and received without copying them.
  private static let copyLimit = 64 << 10

  let carrier: Carrier
  let name: String

  /// - Parameters:
  ///   - carrier: TCP, Unix sockets, or CURVE over TCP.
  ///   - name: What the tables call it, where it is not the carrier's own.
  init(_ carrier: Carrier, name: String? = nil) {
    self.carrier = carrier
    self.name = name ?? (carrier == .tls ? "libzmq CURVE" : "libzmq")
  }

  var summary: String {
    "version \(Self.version), PUSH to PULL\(carrier == .tls ? " with CURVE" : ""), a call for each"
      + " object, which is not copied from 64 KiB on"
  }

  static var version: String {
    var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
    zmq_version(&major, &minor, &patch)
    return "\(major).\(minor).\(patch)"
  }

  func run(_ load: Load) async throws -> Meter {
    let (sender, receiver) = try ZeroMQSocket.pair(
      (ZMQ_PUSH, ZMQ_PULL), carrier, depth: InFlight.objects(of: load.size))
    async let sent: Void = onThread {
      if load.size >= Self.copyLimit {
        try sender.lendAll(load)
      } else {
        try Self.sendCopies(load, sender)
      }
    }
    let meter = try await onThread {
      load.size >= Self.copyLimit
        ? try receiver.receiveMessages(load) : try Self.receiveCopies(load, receiver)
    }
    try await sent
    return meter
  }

  private static func sendCopies(_ load: Load, _ sender: ZeroMQSocket) throws {
    if load.size == Load.block {
      for index in 0..<load.total {
        try withUnsafeBytes(of: Load.head(index)) { try sender.send($0) }
      }
      return
    }
    let object = UnsafeMutableRawBufferPointer.allocate(byteCount: load.size, alignment: 64)
    defer { object.deallocate() }
    load.write(0, object)
    for index in 0..<load.total {
      load.stamp(index, object)
      try sender.send(UnsafeRawBufferPointer(object))
    }
  }

  private static func receiveCopies(_ load: Load, _ receiver: ZeroMQSocket) throws -> Meter {
    var meter = Meter(load)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: copyLimit, alignment: 64)
    defer { buffer.deallocate() }
    while !meter.isComplete { meter.add(try receiver.receive(into: buffer)) }
    return meter
  }
}
