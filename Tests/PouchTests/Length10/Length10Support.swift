import Synchronization
import Testing

@testable import Pouch
@testable import PouchCore

/// The tutorial's object, as protocol 3 writes it: `{1: 'hi', 2: 'there'}`.
let tutorialPickle: [UInt8] =
  [0x80, 0x03] + Array("}q".utf8) + [0] + Array("(K".utf8) + [1] + Array("X".utf8) + [2, 0, 0, 0]
  + Array("hiq".utf8) + [1] + Array("K".utf8) + [2] + Array("X".utf8) + [5, 0, 0, 0]
  + Array("thereq".utf8) + [2] + Array("u.".utf8)

/// The tutorial's object behind its header, as it travels.
let tutorialMessage = Array("33        ".utf8) + tutorialPickle

/// One end of a connection that speaks `length10`, and a peer that writes what it likes.
struct Length10Line: Sendable {
  let connection: Length10Connection
  /// The peer's end.
  let peer: MemoryStream
  let refusals = Gathered<Refusal>()

  init(
    capacity: Int = 256 << 10, streams: Bool = false,
    _ adjust: (inout Limits, inout Timeouts) -> Void = { _, _ in }
  ) {
    let (near, far) = MemoryTransport.pair(capacity: capacity)
    var limits = Limits()
    var timeouts = Timeouts.patient
    adjust(&limits, &timeouts)
    var policy = ReceptionPolicy()
    policy.onRefusal = { [refusals] _, _, refusal in refusals.append(refusal) }
    connection = Length10Connection(
      stream: near, endpoint: .memory("line"), limits: limits, timeouts: timeouts,
      streams: streams, policy: policy)
    peer = far
  }

  /// Runs the connection as a receiver while the peer does what `body` says.
  ///
  /// - Returns: The payloads that were handed over, and how the connection ended.
  func receive(
    _ body: @escaping @Sendable (MemoryStream) async throws -> Void
  ) async throws -> ([Bytes], Result<Void, PouchError>) {
    let got = Gathered<Bytes>()
    let outcome = try await run(.whole { got.append($0.payload) }, body)
    return (got.values, outcome)
  }

  func run(
    _ sink: Sink, _ body: @escaping @Sendable (MemoryStream) async throws -> Void
  ) async throws -> Result<Void, PouchError> {
    let (connection, peer) = (connection, peer)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await body(peer) }
      let outcome = await connection.run(arrived: Bytes(), to: sink)
      try await group.waitForAll()
      return outcome
    }
  }
}

extension MemoryStream {
  func write(_ bytes: [UInt8]) async throws { try await write([Bytes(bytes)]) }

  /// Everything that comes until the end of the stream.
  func readAll() async throws -> [UInt8] {
    var buffer = ByteBuffer()
    while try await read(into: &buffer) > 0 {}
    return buffer.freeze().array
  }
}

extension Result where Failure == PouchError {
  var error: PouchError? {
    if case .failure(let error) = self { error } else { nil }
  }
}

/// A stream that yields one run of bytes for each read, and notes what each read finds.
final class ScriptedStream: ByteStream {
  struct Reading: Sendable {
    /// Whether the connection waits for something that has begun.
    var isOwed: Bool
    /// The memory that the read could fill, and what stands before it.
    var room: Int
  }

  private struct State {
    var arriving: [[UInt8]]
    var readings: [Reading] = []
    var writes: [[UInt8]] = []
    weak var connection: Length10Connection?
  }

  let peer = PeerIdentity(address: "script")
  private let state: Mutex<State>

  init(_ arriving: [[UInt8]]) {
    state = Mutex(State(arriving: arriving))
  }

  var readings: [Reading] { state.withLock { $0.readings } }
  /// What each write wrote.
  var writes: [[UInt8]] { state.withLock { $0.writes } }

  func connection() -> Length10Connection {
    let connection = Length10Connection(
      stream: self, endpoint: .memory("script"), limits: Limits(), timeouts: .patient,
      streams: false, policy: ReceptionPolicy())
    state.withLock { $0.connection = connection }
    return connection
  }

  func read(into buffer: inout ByteBuffer) async throws(PouchError) -> Int {
    let room = buffer.count + buffer.spare
    let next = state.withLock { state -> [UInt8] in
      let isOwed = state.connection?.isOwedBytes.load(ordering: .relaxed) ?? false
      state.readings.append(Reading(isOwed: isOwed, room: room))
      return state.arriving.isEmpty ? [] : state.arriving.removeFirst()
    }
    buffer.append(next)
    return next.count
  }

  func write(_ segments: [Bytes]) async throws(PouchError) {
    state.withLock { $0.writes.append(segments.flatMap(\.array)) }
  }
  func finish() async throws(PouchError) {}
  func close() {}
}
