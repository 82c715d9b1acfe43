/// One end of a stream inside the process.
///
/// It keeps what a socket keeps: a bounded buffer in each direction, so that a writer whose peer
/// does not read waits; half-close; and `.connectionLost` at the other end when this one is
/// closed, or dropped, without `finish()`.
public final class MemoryStream: ByteStream {
  public let peer: PeerIdentity
  private let incoming: MemoryPipe
  private let outgoing: MemoryPipe

  init(peer: PeerIdentity, incoming: MemoryPipe, outgoing: MemoryPipe) {
    self.peer = peer
    self.incoming = incoming
    self.outgoing = outgoing
  }

  deinit {
    close()
  }

  public func read(into buffer: inout ByteBuffer) async throws(PouchError) -> Int {
    try await incoming.read(into: &buffer)
  }

  public func write(_ segments: [Bytes]) async throws(PouchError) {
    try await outgoing.write(segments)
  }

  public func finish() async throws(PouchError) {
    try outgoing.finish()
  }

  public func close() {
    incoming.closeReader()
    outgoing.closeWriter()
  }
}
