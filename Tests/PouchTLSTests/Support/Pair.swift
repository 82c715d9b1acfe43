import PouchCore

@testable import PouchTLS

/// A client and a server over an in-memory stream, before their handshake.
struct Pair {
  let client: TLSStream<FilteredStream>
  let server: TLSStream<FilteredStream>
  /// What the client's and the server's ciphertext goes through.
  let clientBase: FilteredStream
  let serverBase: FilteredStream

  private static let sender = Result {
    try TLSContext(Credentials.shared.get().settings("sender"), role: .client)
  }
  private static let receiver = Result {
    try TLSContext(Credentials.shared.get().settings("receiver"), role: .server)
  }

  init(
    client: TLSSettings? = nil, server: TLSSettings? = nil, name: String? = "localhost",
    capacity: Int = 256 << 10, piece: Int = .max, rekeying: Rekeying = Rekeying()
  ) throws {
    let (near, far) = MemoryTransport.pair(capacity: capacity)
    clientBase = FilteredStream(near, piece: piece)
    serverBase = FilteredStream(far, piece: piece)
    self.client = try TLSStream(
      wrapping: clientBase,
      context: client.map { try TLSContext($0, role: .client) } ?? Pair.sender.get(),
      serverName: name, rekeying: rekeying)
    self.server = try TLSStream(
      wrapping: serverBase,
      context: server.map { try TLSContext($0, role: .server) } ?? Pair.receiver.get(),
      serverName: nil, rekeying: rekeying)
  }

  /// Both handshakes at once, and what became of them.
  func shakeHands() async -> (client: PouchError?, server: PouchError?) {
    async let server = outcome { () async throws(PouchError) in try await self.server.handshake() }
    let client = await outcome { () async throws(PouchError) in try await self.client.handshake() }
    return (client, await server)
  }

  /// A pair whose handshake is done.
  static func connected(
    capacity: Int = 256 << 10, piece: Int = .max, rekeying: Rekeying = Rekeying()
  ) async throws -> Pair {
    let pair = try Pair(capacity: capacity, piece: piece, rekeying: rekeying)
    let (client, server) = await pair.shakeHands()
    if let error = client ?? server { throw error }
    pair.clientBase.forgetWrites()
    pair.serverBase.forgetWrites()
    return pair
  }

  func close() {
    client.close()
    server.close()
  }
}

/// The error that `action` throws, or nil.
func outcome(_ action: () async throws(PouchError) -> Void) async -> PouchError? {
  do throws(PouchError) {
    try await action()
    return nil
  } catch {
    return error
  }
}

extension ByteStream {
  /// Reads `count` bytes, or up to a clean end.
  func collect(_ count: Int = .max) async throws(PouchError) -> [UInt8] {
    var buffer = ByteBuffer()
    while buffer.count < count {
      if try await read(into: &buffer) == 0 { break }
    }
    return buffer.freeze().array
  }

  /// Sends back whatever comes, until the end.
  func echo() async throws(PouchError) {
    while true {
      var buffer = ByteBuffer(capacity: 64 << 10)
      if try await read(into: &buffer) == 0 { break }
      try await write([buffer.freeze()])
    }
    try await finish()
  }
}

/// `count` bytes with a period that no buffer size has.
func pattern(_ count: Int) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(count)
  while bytes.count < count { bytes += patternBlock.prefix(count - bytes.count) }
  return bytes
}

private let patternBlock: [UInt8] = {
  var state: UInt32 = 1
  return (0..<65_521).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return UInt8(truncatingIfNeeded: state >> 24)
  }
}()
