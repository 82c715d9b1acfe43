import PouchTLS
import Synchronization
import Testing

@testable import Pouch
@testable import PouchCore

/// The other end of a stream, without a session: it writes frames, and reads frames.
final class StrangePeer: Sendable {
  private struct Incoming: ~Copyable {
    var buffer = ByteBuffer()
    var decoder = FrameDecoder(limit: 16 << 20)

    mutating func next() throws(PouchError) -> Frame? { try decoder.next(&buffer) }
  }

  let stream: any ByteStream
  private let incoming = Mutex(Incoming())

  init(stream: any ByteStream) { self.stream = stream }

  /// Connects and completes the handshake, and says and reads nothing more by itself.
  static func join(
    _ endpoint: Endpoint, as role: Role, tls: TLSSettings?, window: Window = .standard
  ) async throws -> StrangePeer {
    let transport = try Transports().transport(
      for: endpoint, tls: tls, connectTimeout: .seconds(100))
    let stream = try await connect(transport, to: endpoint)
    var offer = Handshake.Offer(
      role: role, id: [UInt8](repeating: 1, count: 16), software: "strange/1", frame: 1 << 20,
      object: nil, heartbeat: 0, stages: [], acknowledge: .processed, window: window,
      accept: { _ throws(PouchError) in [] })
    offer.formats = [.raw, .pickle]
    let outcome = try await Establishment(
      stream: stream, endpoint: endpoint, offer: offer, isInitiator: true, timeouts: .patient
    ).run()
    let peer = StrangePeer(stream: stream)
    peer.incoming.withLock { $0.buffer.append(outcome.arrived) }
    return peer
  }

  static func connect(
    _ transport: some Transport, to endpoint: Endpoint
  ) async throws -> any ByteStream {
    try await transport.connect(to: endpoint)
  }

  static func frame(
    _ kind: FrameKind, id: UInt64 = 0, count: UInt32 = 0, _ body: Bytes = Bytes()
  ) -> Bytes {
    var buffer = ByteBuffer()
    buffer.appendZeros(FrameHeader.size)
    buffer.append(body)
    var outgoing = OutgoingBody(buffer)
    outgoing.writeHeader(FrameHeader(kind: kind, firstID: id, count: count))
    return outgoing.intoBuffer().freeze()
  }

  func send(
    _ kind: FrameKind, id: UInt64 = 0, count: UInt32 = 0, _ body: Bytes = Bytes()
  ) async throws {
    try await stream.write([StrangePeer.frame(kind, id: id, count: count, body)])
  }

  /// The next frame.
  func read() async throws -> Frame {
    try #require(try await next(), "the stream has ended")
  }

  /// Every frame up to the end of the stream.
  func readAll() async throws -> [Frame] {
    // The other side waits for this end, too.
    try? await stream.finish()
    var frames: [Frame] = []
    do {
      while let frame = try await next() { frames.append(frame) }
    } catch let error as PouchError where error.code == .connectionLost {
      // Who has read a REJECT closes without a word.
    }
    return frames
  }

  private func next() async throws -> Frame? {
    while true {
      let frame = try incoming.withLock { incoming in try incoming.next() }
      if let frame { return frame }
      var arrived = ByteBuffer()
      guard try await stream.read(into: &arrived) > 0 else { return nil }
      let bytes = arrived.freeze()
      incoming.withLock { $0.buffer.append(bytes) }
    }
  }
}

/// Bodies of frames.
enum ViolationBodies {
  static func entry(
    _ payload: Bytes, format: ObjectFormat = .raw, more: Bool = false, offset: UInt64? = nil
  ) -> Bytes {
    var attributes = Attributes()
    attributes.offset = offset
    var buffer = ByteBuffer()
    Entry.appendHead(
      to: &buffer, length: payload.count, format: format, hasMore: more,
      attributes: try? attributes.encoded())
    buffer.append(payload)
    return buffer.freeze()
  }

  static func acknowledgement(_ upTo: UInt64) -> Bytes {
    var buffer = ByteBuffer()
    Acknowledgement(level: .processed, upTo: upTo).append(to: &buffer)
    return buffer.freeze()
  }
}
