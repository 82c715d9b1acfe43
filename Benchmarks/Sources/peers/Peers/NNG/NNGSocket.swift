internal import CNNG
import Glibc

/// An NNG socket, closed when it goes out of scope. NNG's sockets may be used by any thread.
final class NNGSocket: Sendable {
  /// What the two ends are to each other.
  enum Pattern {
    /// One pushes, the other pulls.
    case pipeline
    /// Both send and receive.
    case pair
  }

  private let socket: nng_socket

  private init(_ open: (UnsafeMutablePointer<nng_socket>) -> Int32) throws {
    var socket = nng_socket()
    try Self.check("open", open(&socket))
    self.socket = socket
    // No message is too large. Its queues stay as they are: deeper ones make it slower.
    try Self.check("maximum", nng_socket_set_size(socket, NNG_OPT_RECVMAXSZ, 0))
  }

  deinit {
    nng_close(socket)
  }

  /// A socket that has dialled and one that listens.
  static func pair(
    _ pattern: Pattern, _ carrier: Carrier, _ credentials: Credentials?
  ) throws -> (client: NNGSocket, server: NNGSocket) {
    let server = try NNGSocket(pattern == .pair ? nng_pair0_open : nng_pull0_open)
    let client = try NNGSocket(pattern == .pair ? nng_pair0_open : nng_push0_open)
    var listener = nng_listener()
    let address =
      switch carrier {
      case .tcp: "tcp://127.0.0.1:0"
      case .unix: "abstract://pouch-peers-\(getpid())-\(UInt64.random(in: .min ... .max))"
      case .tls: "tls+tcp://127.0.0.1:0"
      }
    try check("listener", nng_listener_create(&listener, server.socket, address))
    if carrier == .tls {
      let settings = try NNGTLS(credentials, isServer: true)
      try check(
        "TLS", nng_listener_set_ptr(listener, NNG_OPT_TLS_CONFIG, settings.pointer))
    }
    try check("listen", nng_listener_start(listener, 0))
    let target =
      carrier == .unix
      ? address : "\(carrier == .tls ? "tls+tcp" : "tcp")://127.0.0.1:\(try port(of: listener))"
    var dialer = nng_dialer()
    try check("dialer", nng_dialer_create(&dialer, client.socket, target))
    if carrier == .tls {
      let settings = try NNGTLS(credentials, isServer: false)
      try check("TLS", nng_dialer_set_ptr(dialer, NNG_OPT_TLS_CONFIG, settings.pointer))
    }
    try check("dial", nng_dialer_start(dialer, 0))
    return (client, server)
  }

  private static func port(of listener: nng_listener) throws -> UInt16 {
    var address = nng_sockaddr()
    try check("address", nng_listener_get_addr(listener, NNG_OPT_LOCADDR, &address))
    return UInt16(bigEndian: address.s_in.sa_port)
  }

  /// Sends one object.
  ///
  /// - Parameter write: Writes it where it is sent from.
  func send(size: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) throws {
    var message: OpaquePointer?
    try Self.check("nng_msg_alloc", nng_msg_alloc(&message, size))
    write(UnsafeMutableRawBufferPointer(start: nng_msg_body(message), count: size))
    let result = nng_sendmsg(socket, message, 0)
    if result != 0 { nng_msg_free(message) }
    try Self.check("nng_sendmsg", result)
  }

  /// Receives one object and shows it to `body`.
  func receive(_ body: (UnsafeRawBufferPointer) -> Void) throws {
    var message: OpaquePointer?
    try Self.check("nng_recvmsg", nng_recvmsg(socket, &message, 0))
    body(UnsafeRawBufferPointer(start: nng_msg_body(message), count: nng_msg_len(message)))
    nng_msg_free(message)
  }

  static func check(_ call: String, _ result: Int32) throws {
    guard result != 0 else { return }
    throw SystemCallError(call: "NNG, \(call)", reason: String(cString: nng_strerror(result)))
  }
}
