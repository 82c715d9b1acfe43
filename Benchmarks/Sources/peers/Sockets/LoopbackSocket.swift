import Glibc

/// A blocking stream socket on 127.0.0.1, or a Unix one without a file; closed when it goes out of
/// scope.
final class LoopbackSocket: ByteChannel {
  let descriptor: Int32

  private init(owning descriptor: Int32) {
    self.descriptor = descriptor
  }

  private convenience init(_ carrier: Carrier) throws {
    let family = carrier == .unix ? AF_UNIX : AF_INET
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemCallError("socket") }
    self.init(owning: descriptor)
  }

  deinit {
    close(descriptor)
  }

  /// Both ends of a connection.
  static func pair(
    _ carrier: Carrier
  ) throws -> (client: LoopbackSocket, server: LoopbackSocket) {
    let listener = try LoopbackSocket(carrier)
    var address = LoopbackAddress(carrier)
    try address.with { address, length in
      guard bind(listener.descriptor, address, length) == 0 else { throw SystemCallError("bind") }
    }
    guard listen(listener.descriptor, 1) == 0 else { throw SystemCallError("listen") }
    try address.read(of: listener.descriptor)
    let client = try LoopbackSocket(carrier)
    // The backlog takes it: nobody has to accept at the same time.
    try address.with { address, length in
      guard connect(client.descriptor, address, length) == 0 else {
        throw SystemCallError("connect")
      }
    }
    let accepted = accept(listener.descriptor, nil, nil)
    guard accepted >= 0 else { throw SystemCallError("accept") }
    let server = LoopbackSocket(owning: accepted)
    for socket in [client, server] { try socket.prepare(carrier) }
    return (client, server)
  }

  /// The options that Pouch's sockets have.
  private func prepare(_ carrier: Carrier) throws {
    if carrier == .unix {
      try set(SOL_SOCKET, SO_SNDBUF, 512 << 10)
    } else {
      try set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
      let reno = "reno"
      guard
        setsockopt(
          descriptor, Int32(IPPROTO_TCP), TCP_CONGESTION, reno, socklen_t(reno.utf8.count)) == 0
      else { throw SystemCallError("setsockopt") }
    }
  }

  private func set(_ level: Int32, _ option: Int32, _ value: Int32) throws {
    var value = value
    let size = socklen_t(MemoryLayout<Int32>.size)
    guard setsockopt(descriptor, level, option, &value, size) == 0 else {
      throw SystemCallError("setsockopt")
    }
  }

  func send(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
      guard count > 0 else { throw SystemCallError("send") }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  func receive(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
    guard count >= 0 else { throw SystemCallError("recv") }
    return count
  }
}

extension LoopbackSocket {
  /// Receives some bytes, and asks for them without ever waiting.
  ///
  /// - Returns: 0 at the end of the stream.
  func poll(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      let count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
      if count >= 0 { return count }
      guard errno == EAGAIN else { throw SystemCallError("recv") }
    }
  }

  /// Says that nothing more will be sent.
  func finish() throws {
    guard shutdown(descriptor, Int32(SHUT_WR)) == 0 else { throw SystemCallError("shutdown") }
  }
}
