internal import PouchCore

/// One end of a baseline's connection: a bare socket, or bare OpenSSL on one. Used by one thread at
/// a time, which it blocks.
protocol RawChannel: AnyObject, Sendable {
  var descriptor: Int32 { get }

  /// Whether bytes are at hand that the kernel knows nothing of.
  var holdsBytes: Bool { get }

  /// Whether a large object is best copied behind its head, to be sent in pieces of 64 KiB.
  var copiesAll: Bool { get }

  /// Completes what must be agreed before bytes flow; blocks until the other end does the same.
  func handshake() throws(PouchError)

  func send(_ bytes: UnsafeRawBufferPointer) throws(PouchError)
  func send(_ head: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer) throws(PouchError)

  /// - Returns: 0 at the end of the stream.
  func receive(into room: UnsafeMutableRawBufferPointer) throws(PouchError) -> Int

  /// Says that no more bytes come.
  func finish() throws(PouchError)
}

/// A socket alone.
final class PlainChannel: RawChannel {
  private let socket: RawSocket

  init(_ socket: RawSocket) { self.socket = socket }

  var descriptor: Int32 { socket.descriptor }
  var holdsBytes: Bool { false }
  var copiesAll: Bool { false }

  func handshake() throws(PouchError) {}
  func send(_ bytes: UnsafeRawBufferPointer) throws(PouchError) { try socket.send(bytes) }

  func send(
    _ head: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer
  ) throws(PouchError) {
    try socket.send(head, body)
  }

  func receive(into room: UnsafeMutableRawBufferPointer) throws(PouchError) -> Int {
    try socket.receive(into: room)
  }

  func finish() throws(PouchError) { try socket.finish() }
}
