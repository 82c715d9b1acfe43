internal import Glibc
public import PouchCore

/// A connected TCP or Unix socket.
///
/// Reads and writes go to the kernel on the caller's thread, and a task waits only when the
/// kernel has nothing to give or no room. A task that prefers `preferredExecutor` waits without
/// changing threads.
public final class SocketStream: ByteStream, PeekableStream {
  public let peer: PeerIdentity
  let socket: Socket

  init(_ socket: Socket, peer: PeerIdentity) {
    self.socket = socket
    self.peer = peer
  }

  deinit {
    socket.close()
  }

  /// The event loop that the socket belongs to.
  package var loop: EventLoop { socket.loop }

  public var preferredExecutor: (any TaskExecutor)? { socket.loop }

  /// Calls `body` with the descriptor, which stays open meanwhile.
  func withDescriptor<R>(_ body: (Int32) throws(PouchError) -> R) throws(PouchError) -> R {
    try socket.withDescriptor(body)
  }

  package var hasBytesWaiting: Bool {
    var byte: UInt8 = 0
    let result = try? socket.withDescriptor { recv($0, &byte, 1, Int32(MSG_PEEK)) }
    return result == 1
  }

  /// Reads what the kernel has, up to the buffer's room, which is made larger as more comes at
  /// once. The memory of an empty buffer is let go when there is nothing to read for a second.
  public func read(into buffer: inout ByteBuffer) async throws(PouchError) -> Int {
    try await socket.read(into: &buffer)
  }

  public func write(_ segments: [Bytes]) async throws(PouchError) {
    try await socket.write(segments)
  }

  public func finish() async throws(PouchError) {
    try socket.finish()
  }

  public func close() {
    socket.close()
  }
}
