import PouchSockets
import Synchronization
import Testing

@testable import Pouch
@testable import PouchCore

/// A peer that does not have the key of `hmac-sha-256`, and somebody between two that have.
@Suite("A forged frame", .timeLimit(.minutes(1)))
struct ForgedFrameTests {
  static let kinds = [TransportKind.unixPath, .unixAbstract, .tcp]

  /// Changes what is written, counted from the first write on.
  private final class Bent: ByteStream {
    private let base: any ByteStream
    private let change: @Sendable (Int, [UInt8]) -> [UInt8]
    private let count = Mutex(0)

    init(_ base: any ByteStream, _ change: @escaping @Sendable (Int, [UInt8]) -> [UInt8]) {
      self.base = base
      self.change = change
    }

    var peer: PeerIdentity { base.peer }
    func read(into buffer: inout ByteBuffer) async throws(PouchError) -> Int {
      try await base.read(into: &buffer)
    }
    func write(_ segments: [Bytes]) async throws(PouchError) {
      let number = count.withLock { count in
        count += 1
        return count
      }
      try await base.write([Bytes(change(number, segments.flatMap(\.array)))])
    }
    func finish() async throws(PouchError) { try await base.finish() }
    func close() { base.close() }
  }

  /// Connects once.
  private struct BentTransport: Transport {
    struct Listener: StreamListener {
      let endpoint: Endpoint
      func accept() async throws(PouchError) -> Bent { throw PouchError(.closed, "nobody comes") }
      func close() {}
    }

    let stream: Bent

    func connect(to endpoint: Endpoint) async throws(PouchError) -> Bent { stream }
    func listen(on endpoint: Endpoint) async throws(PouchError) -> Listener {
      Listener(endpoint: endpoint)
    }
  }

  /// Runs a receiver that demands the stage, with a good sender before, beside and behind `body`.
  private func withSealed(
    _ kind: TransportKind,
    _ body: (Endpoint, SenderOptions) async throws -> Void
  ) async throws -> (got: [Bytes], ends: [PouchError?]) {
    let (got, ends) = (Gathered<Bytes>(), Gathered<PouchError?>())
    try await kind.withOptions(.hmac) { endpoint, sending, receiving in
      var receiving = receiving
      receiving.requiredStages = ["hmac-sha-256"]
      receiving.failsIfIncomplete = false
      receiving.onEvent = { event in
        if case .disconnected(_, let error) = event { ends.append(error) }
      }
      try await withReceiver(at: endpoint, receiving, handler: { got.append($0.payload) }) {
        bound, _ in
        try await withSender(to: bound, options: sending) { good in
          try await good.send(Bytes([1])).processed()
          try await body(bound, sending)
          await ends.wait(for: 1)
          try await good.send(Bytes([2])).processed()
        }
        await ends.wait(for: 2)
      }
    }
    return (got.values, ends.values)
  }

  /// Sends objects that the receiver is to refuse as forged.
  private func expectRefusal(
    of options: SenderOptions, at endpoint: Endpoint,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async {
    let error = await #expect(throws: PouchError.self, sourceLocation: sourceLocation) {
      try await withSender(to: endpoint, options: options) { sender in
        for number in UInt8(10)..<20 { try await sender.send(Bytes([number])) }
      }
    }
    #expect(
      error?.description.contains("HMAC-SHA-256") == true, "\(String(describing: error))",
      sourceLocation: sourceLocation)
  }

  /// Expects what the good sender has sent, and nothing else, and the end of the forger alone.
  private func expect(
    _ result: (got: [Bytes], ends: [PouchError?]),
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.got == [Bytes([1]), Bytes([2])], sourceLocation: sourceLocation)
    let ends = result.ends
    #expect(ends.count == 2 && ends[1] == nil, sourceLocation: sourceLocation)
    #expect(ends[0]?.stage == "hmac-sha-256", "\(ends)", sourceLocation: sourceLocation)
    #expect(
      ends[0]?.message == "a frame arrived changed: its HMAC-SHA-256 does not agree",
      sourceLocation: sourceLocation)
  }

  @Test("under another key ends its connection, and nothing of it is handed over", arguments: kinds)
  func otherKey(_ kind: TransportKind) async throws {
    let result = try await withSealed(kind) { bound, sending in
      var sending = sending
      sending.pipeline = [try HMACSHA256Stage(key: Bytes(utf8: "another key, just as long"))]
      await expectRefusal(of: sending, at: bound)
    }
    expect(result)
  }

  /// Where a bit is flipped in the first frame of objects.
  enum Place: CaseIterable, Sendable {
    case firstID, body, tag
  }

  @Test(
    "in which a bit was flipped ends its connection, and nothing of it is handed over",
    arguments: kinds, Place.allCases)
  func flipped(_ kind: TransportKind, _ place: Place) async throws {
    let result = try await withSealed(kind) { bound, sending in
      let base = try Transports().transport(for: bound, tls: nil, connectTimeout: .seconds(100))
      let stream = try await StrangePeer.connect(base, to: bound)
      var sending = sending
      sending.transports.register(
        bound.scheme,
        // The first two are the hello and READY.
        BentTransport(
          stream: Bent(stream) { number, bytes in
            guard number == 3, bytes.count > 40 else { return bytes }
            var bytes = bytes
            switch place {
            case .firstID:
              // With a checksum of the header that is right again.
              bytes.withUnsafeMutableBytes { raw in
                guard var header = try? FrameHeader(reading: UnsafeRawBufferPointer(raw)) else {
                  return
                }
                header.firstID ^= 2
                header.write(to: raw)
              }
            case .body: bytes[29] ^= 1
            case .tag:
              // The first frame ends here; others may follow.
              let length = bytes[..<4].reduce(0) { $0 << 8 | Int($1) }
              bytes[24 + length - 1] ^= 0x80
            }
            return bytes
          }))
      await expectRefusal(of: sending, at: bound)
    }
    expect(result)
  }
}
