import Testing

@testable import Pouch
@testable import PouchCore

/// What a sender says to a receiver, recorded, cut and bent: nothing of it may be delivered twice,
/// in part, or changed.
@Suite("Faults on the wire", .timeLimit(.minutes(2)))
struct FaultTests {
  /// The bytes that a sender of five objects writes, up to and with its CLOSE.
  static func recording(_ pipeline: PipelineKind) throws -> [UInt8] {
    var sender = Session(try agreement(pipeline), largestObject: nil)
    for id in UInt8(1)...5 {
      [UInt8](repeating: id, count: 20).withUnsafeBytes {
        _ = sender.outbox.append($0, format: .raw)
      }
      if id == 3 { sender.ping(1) }
    }
    sender.close(code: "done")
    let sealing = try Pipeline(pipeline.stages, context: context)
    var batch: [Outbox.Pending] = []
    sender.outbox.take(into: &batch)
    var bytes: [UInt8] = []
    for pending in batch {
      var header = pending.header
      var body = OutgoingBody(ByteBuffer(adopting: pending.front), payload: pending.payload)
      try sealing.seal(&body, header: &header)
      body.writeHeader(header)
      var runs: [Bytes] = []
      body.appendRuns(to: &runs)
      for run in runs { bytes += run.array }
    }
    return bytes
  }

  static let context = StageContext(
    direction: .fromInitiator, nonces: Bytes([UInt8](repeating: 5, count: 32)))

  static func agreement(_ pipeline: PipelineKind, role: Role = .sender) throws -> Agreement {
    Agreement(
      role: role, isInitiator: role == .sender, stages: try pipeline.stages,
      nonces: context.nonces, acknowledge: .processed, peerFrame: 1 << 20, peerObject: nil,
      window: .standard, peerID: [], peerSoftware: "test", session: [])
  }

  /// Feeds `bytes` and an end of stream to a receiving connection.
  ///
  /// - Returns: What was handed over, and how the connection ended.
  static func receive(
    _ bytes: [UInt8], _ pipeline: PipelineKind
  ) async throws -> ([Bytes], Result<Void, PouchError>) {
    let (near, far) = MemoryTransport.pair()
    var timeouts = Timeouts()
    timeouts.close = .milliseconds(200)
    let connection = Connection(
      stream: near, endpoint: .memory("fault"), agreement: try agreement(pipeline, role: .receiver),
      limits: Limits(), timeouts: timeouts, largestObject: nil)
    let got = Gathered<Bytes>()
    let drained = Task {
      var buffer = ByteBuffer()
      while (try? await far.read(into: &buffer)) ?? 0 > 0 { buffer.removeAll() }
    }
    try await far.write([Bytes(bytes)])
    try await far.finish()
    let outcome = await connection.run(arrived: Bytes(), to: .whole { got.append($0.payload) })
    await drained.value
    far.close()
    return (got.values, outcome)
  }

  static let objects = (UInt8(1)...5).map { Bytes([UInt8](repeating: $0, count: 20)) }

  @Test("the recording itself arrives whole", arguments: PipelineKind.allCases)
  func whole(_ pipeline: PipelineKind) async throws {
    let (got, outcome) = try await Self.receive(Self.recording(pipeline), pipeline)
    #expect(got == Self.objects)
    #expect(throws: Never.self) { try outcome.get() }
  }

  @Test(
    "a stream that is cut at any byte delivers whole objects and ends with an error",
    arguments: [PipelineKind.none, .crc32c, .deflateCRC32C])
  func cut(_ pipeline: PipelineKind) async throws {
    let bytes = try Self.recording(pipeline)
    for length in 0..<bytes.count {
      let (got, outcome) = try await Self.receive(Array(bytes.prefix(length)), pipeline)
      #expect(got == Array(Self.objects.prefix(got.count)))
      let error = #expect(throws: PouchError.self, "cut at \(length)") { try outcome.get() }
      #expect(error?.code == .connectionLost)
    }
  }

  @Test(
    "a flipped bit in any byte of any frame is noticed, and what it is in is not delivered",
    arguments: [PipelineKind.crc32c, .sha256, .hmac])
  func flipped(_ pipeline: PipelineKind) async throws {
    let bytes = try Self.recording(pipeline)
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 1 << UInt8(index % 8)
      let (got, outcome) = try await Self.receive(damaged, pipeline)
      #expect(got == Array(Self.objects.prefix(got.count)))
      #expect(throws: PouchError.self, "flipped at \(index)") { try outcome.get() }
    }
  }

  @Test(
    "a replayed stream of frames is refused or dropped, never delivered twice",
    arguments: PipelineKind.allCases)
  func replayed(_ pipeline: PipelineKind) async throws {
    let bytes = try Self.recording(pipeline)
    // Everything but the CLOSE at the end, twice over.
    let (got, _) = try await Self.receive(bytes + bytes, pipeline)
    #expect(got == Self.objects)
  }
}
