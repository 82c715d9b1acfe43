internal import CZeroMQ
import Glibc

/// libzmq in the clear: `zmq_send` of each object on a PUSH socket, `zmq_recv` of each on a PULL
/// socket. Each side has a context of its own, thus an I/O thread of its own, as in two processes.
struct ZeroMQ: Workload {
  let name = "libzmq"
  var summary: String { "version \(Self.version), PUSH to PULL, a call for each object" }

  static var version: String {
    var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
    zmq_version(&major, &minor, &patch)
    return "\(major).\(minor).\(patch)"
  }

  func run(_ load: Load) async throws -> Meter {
    let receiver = try ZeroMQSocket(ZMQ_PULL)
    try receiver.bind(to: "tcp://127.0.0.1:*")
    let endpoint = try receiver.lastEndpoint()
    let sender = try ZeroMQSocket(ZMQ_PUSH)
    try sender.connect(to: endpoint)

    async let sent: Void = onThread {
      for index in 0..<load.total {
        try withUnsafeBytes(of: Load.object(index)) { try sender.send($0) }
      }
    }
    let meter = try await onThread {
      var meter = Meter(load)
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 64)
      defer { buffer.deallocate() }
      while !meter.isComplete { meter.add(try receiver.receive(into: buffer)) }
      return meter
    }
    try await sent
    return meter
  }
}
