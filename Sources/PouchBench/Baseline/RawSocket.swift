internal import CPouchSystem
internal import Glibc
internal import PouchCore

/// A blocking stream socket, with the options that the library's sockets have; closed with its
/// last reference.
final class RawSocket: Sendable {
  /// When a write gives up, in microseconds: a peer that has stopped reading is a fault here.
  private static let patience: UInt64 = 60_000_000

  let descriptor: Int32

  private init(owning descriptor: Int32) { self.descriptor = descriptor }

  deinit {
    _ = pouch_close(descriptor)
  }

  /// A socket for one end of an unencrypted or encrypted connection.
  private convenience init(_ address: inout pouch_address) throws(PouchError) {
    let descriptor = pouch_socket(&address)
    guard descriptor >= 0 else { throw RawSocket.error("socket", descriptor) }
    self.init(owning: descriptor)
  }

  /// Two connected ends, through a listener that is closed again.
  static func pair(_ carrier: Carrier) throws(PouchError) -> (client: RawSocket, server: RawSocket)
  {
    var address = try RawSocket.address(carrier)
    let listener = try RawSocket(&address)
    try check("bind", pouch_bind(listener.descriptor, &address))
    try check("listen", pouch_listen(listener.descriptor, 1))
    try check("getsockname", pouch_local_address(listener.descriptor, &address))
    let client = try RawSocket(&address)
    try client.prepare(carrier)
    try check("connect", pouch_connect(client.descriptor, &address))
    var peer = pouch_address()
    // The connection is in the backlog; the listener does not wait.
    let accepted = pouch_accept(listener.descriptor, &peer)
    guard accepted >= 0 else { throw error("accept", accepted) }
    let server = RawSocket(owning: accepted)
    try server.prepare(carrier)
    // As the library's sockets are: the toolkit's tax is what is on top of them.
    for socket in [client, server] { _ = pouch_socket_tune_local(socket.descriptor) }
    return (client, server)
  }

  private static func address(_ carrier: Carrier) throws(PouchError) -> pouch_address {
    var address = pouch_address()
    if carrier == .unix {
      let name = Array("pouch-bench-raw-\(getpid())-\(UInt64.random(in: .min ... .max))".utf8)
      try check("name", pouch_address_unix(name, name.count, 1, &address))
    } else {
      var number: Int32 = 0
      guard pouch_resolve("127.0.0.1", 0, 1, &address, 1, &number) == 1 else {
        throw PouchError(.internal, "127.0.0.1 is no address here")
      }
    }
    return address
  }

  private func prepare(_ carrier: Carrier) throws(PouchError) {
    try RawSocket.check("blocking", pouch_socket_block(descriptor, RawSocket.patience))
    if carrier == .unix {
      _ = pouch_socket_send_buffer(descriptor, 512 << 10)
    } else {
      try RawSocket.check("TCP_NODELAY", pouch_socket_no_delay(descriptor))
    }
  }

  // MARK: Bytes

  func send(_ bytes: UnsafeRawBufferPointer) throws(PouchError) {
    var rest = bytes
    while let base = rest.baseAddress, !rest.isEmpty {
      let count = pouch_send(descriptor, base, rest.count)
      guard count > 0 else { throw RawSocket.error("send", Int32(clamping: count)) }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Sends two runs of bytes in as few calls as the kernel allows.
  func send(
    _ head: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer
  ) throws(PouchError) {
    let vector = [
      iovec(iov_base: UnsafeMutableRawPointer(mutating: head.baseAddress), iov_len: head.count),
      iovec(iov_base: UnsafeMutableRawPointer(mutating: body.baseAddress), iov_len: body.count),
    ]
    let count = pouch_send_vector(descriptor, vector, vector.count)
    guard count > 0 else { throw RawSocket.error("sendmsg", Int32(clamping: count)) }
    if count < head.count {
      try send(UnsafeRawBufferPointer(rebasing: head[count...]))
      try send(body)
    } else {
      try send(UnsafeRawBufferPointer(rebasing: body[(count - head.count)...]))
    }
  }

  /// - Returns: 0 at the end of the stream.
  func receive(into room: UnsafeMutableRawBufferPointer) throws(PouchError) -> Int {
    guard let base = room.baseAddress else { return 0 }
    let count = pouch_receive(descriptor, base, room.count)
    guard count >= 0 else { throw RawSocket.error("recv", Int32(clamping: count)) }
    return count
  }

  func finish() throws(PouchError) {
    try RawSocket.check("shutdown", pouch_shutdown_write(descriptor))
  }

  private static func check(_ call: String, _ result: Int32) throws(PouchError) {
    if result < 0 { throw error(call, result) }
  }

  private static func error(_ call: String, _ result: Int32) -> PouchError {
    .system(.connectionLost, "the baseline's \(call) failed", errno: -result)
  }
}
