internal import CZeroMQ
import Glibc

/// A libzmq socket with a context of its own; both are closed when it goes out of scope.
///
/// `@unchecked Sendable`: a socket may move between threads with a full memory barrier, but may not
/// be used by two at once. Here one thread opens it, and from then on one other uses it.
final class ZeroMQSocket: @unchecked Sendable {
  private let context: UnsafeMutableRawPointer
  private let socket: UnsafeMutableRawPointer

  init(_ type: Int32) throws {
    guard let context = zmq_ctx_new() else { throw Self.error("zmq_ctx_new") }
    guard let socket = zmq_socket(context, type) else {
      let error = Self.error("zmq_socket")
      zmq_ctx_term(context)
      throw error
    }
    self.context = context
    self.socket = socket
    // What is still queued when a run fails is of no use to anybody.
    var linger: Int32 = 0
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, MemoryLayout<Int32>.size)
  }

  deinit {
    zmq_close(socket)
    zmq_ctx_term(context)
  }

  func bind(to endpoint: String) throws {
    guard zmq_bind(socket, endpoint) == 0 else { throw Self.error("zmq_bind") }
  }

  func connect(to endpoint: String) throws {
    guard zmq_connect(socket, endpoint) == 0 else { throw Self.error("zmq_connect") }
  }

  /// The address that a bound socket got.
  func lastEndpoint() throws -> String {
    try withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      var size = buffer.count
      guard let base = buffer.baseAddress,
        zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, base, &size) == 0
      else { throw Self.error("ZMQ_LAST_ENDPOINT") }
      return String(cString: base)
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

  private static func error(_ call: String) -> SystemCallError {
    SystemCallError(call: call, reason: String(cString: zmq_strerror(zmq_errno())))
  }
}
