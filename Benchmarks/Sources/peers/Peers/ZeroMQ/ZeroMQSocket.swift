internal import CZeroMQ
import Glibc

/// A libzmq socket with a context of its own; both are closed when it goes out of scope.
///
/// `@unchecked Sendable`: a socket may move between threads with a full memory barrier, but may not
/// be used by two at once. Here one thread opens it, and from then on one other uses it.
final class ZeroMQSocket: @unchecked Sendable {
  private let context: UnsafeMutableRawPointer
  let socket: UnsafeMutableRawPointer

  private init(_ type: Int32, depth: Int) throws {
    guard let context = zmq_ctx_new() else { throw Self.error("zmq_ctx_new") }
    guard let socket = zmq_socket(context, type) else {
      let error = Self.error("zmq_socket")
      zmq_ctx_term(context)
      throw error
    }
    self.context = context
    self.socket = socket
    // What is still queued when a run fails is of no use to anybody.
    try set(ZMQ_LINGER, 0)
    try set(ZMQ_SNDHWM, Int32(depth))
    try set(ZMQ_RCVHWM, Int32(depth))
  }

  deinit {
    zmq_close(socket)
    zmq_ctx_term(context)
  }

  /// A socket that connects and one that was bound.
  static func pair(
    _ types: (Int32, Int32), _ carrier: Carrier, depth: Int
  ) throws -> (client: ZeroMQSocket, server: ZeroMQSocket) {
    let server = try ZeroMQSocket(types.1, depth: depth)
    let client = try ZeroMQSocket(types.0, depth: depth)
    if carrier == .tls { try secure(client: client, server: server) }
    let endpoint =
      carrier == .unix
      ? "ipc://@pouch-peers-\(getpid())-\(UInt64.random(in: .min ... .max))" : "tcp://127.0.0.1:*"
    guard zmq_bind(server.socket, endpoint) == 0 else { throw error("zmq_bind") }
    guard zmq_connect(client.socket, try server.lastEndpoint()) == 0 else {
      throw error("zmq_connect")
    }
    return (client, server)
  }

  private func set(_ option: Int32, _ value: Int32) throws {
    var value = value
    guard zmq_setsockopt(socket, option, &value, MemoryLayout<Int32>.size) == 0 else {
      throw Self.error("zmq_setsockopt")
    }
  }

  /// The address that a bound socket got.
  private func lastEndpoint() throws -> String {
    try withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      var size = buffer.count
      guard let base = buffer.baseAddress,
        zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, base, &size) == 0
      else { throw Self.error("ZMQ_LAST_ENDPOINT") }
      return String(cString: base)
    }
  }

  /// CURVE: the server has a key that the client knows.
  private static func secure(client: ZeroMQSocket, server: ZeroMQSocket) throws {
    let serverKeys = try CurveKeys()
    let clientKeys = try CurveKeys()
    try server.set(ZMQ_CURVE_SERVER, 1)
    try server.set(ZMQ_CURVE_SECRETKEY, serverKeys.secret)
    try client.set(ZMQ_CURVE_SERVERKEY, serverKeys.open)
    try client.set(ZMQ_CURVE_PUBLICKEY, clientKeys.open)
    try client.set(ZMQ_CURVE_SECRETKEY, clientKeys.secret)
  }

  private func set(_ option: Int32, _ key: [CChar]) throws {
    guard zmq_setsockopt(socket, option, key, key.count) == 0 else {
      throw Self.error("zmq_setsockopt (is libzmq built without CURVE?)")
    }
  }

  @inline(__always)
  func send(_ object: UnsafeRawBufferPointer) throws {
    guard zmq_send(socket, object.baseAddress, object.count, 0) >= 0 else {
      throw Self.error("zmq_send")
    }
  }

  /// Receives one object into the buffer and returns the part that it fills.
  @inline(__always)
  func receive(into buffer: UnsafeMutableRawBufferPointer) throws -> UnsafeRawBufferPointer {
    let count = Int(zmq_recv(socket, buffer.baseAddress, buffer.count, 0))
    // A larger object is cut short, but its full size is returned.
    guard count >= 0, count <= buffer.count else { throw Self.error("zmq_recv") }
    return UnsafeRawBufferPointer(rebasing: buffer[..<count])
  }

  static func error(_ call: String) -> SystemCallError {
    SystemCallError(call: call, reason: String(cString: zmq_strerror(zmq_errno())))
  }
}

/// A pair of CURVE keys, in the text form that libzmq takes: 40 characters and an end.
private struct CurveKeys {
  private(set) var open = [CChar](repeating: 0, count: 41)
  private(set) var secret = [CChar](repeating: 0, count: 41)

  init() throws {
    guard zmq_curve_keypair(&open, &secret) == 0 else {
      throw ZeroMQSocket.error("zmq_curve_keypair")
    }
  }
}
