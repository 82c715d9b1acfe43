/// A thread at each end, and nothing else: one that blocks in `recv`, or one that never sleeps.
struct RawRoundTrips: Contender {
  let carrier: Carrier
  /// Ask again and again instead of waiting in the kernel.
  var polls = false

  var name: String { polls ? "raw sockets, polling" : "raw sockets" }
  var summary: String {
    polls
      ? "send, and recv again and again until there is something: two cores that never rest"
      : "blocking send and recv, 4 bytes of length before the object"
  }

  func measure(seconds: Double) async throws -> Double {
    let pair = try LoopbackSocket.pair(carrier)
    async let answered: Void = onThread {
      let frame = Frame(polls: polls)
      while try frame.receive(from: pair.server) { try frame.send(over: pair.server) }
    }
    let median = try await onThread {
      let frame = Frame(polls: polls)
      var meter = RoundTripMeter(seconds: seconds)
      while let object = meter.next() {
        frame.memory.storeBytes(of: object, toByteOffset: Frame.headSize, as: SIMD8<UInt64>.self)
        try frame.send(over: pair.client)
        guard try frame.receive(from: pair.client) else { break }
        try meter.take(UnsafeRawBufferPointer(rebasing: frame.memory[Frame.headSize...]))
      }
      try pair.client.finish()
      return try meter.median()
    }
    try await answered
    return median
  }
}

/// An object behind its length.
private final class Frame {
  static let headSize = 4

  let memory = UnsafeMutableRawBufferPointer.allocate(
    byteCount: headSize + Load.block, alignment: 64)
  private let polls: Bool

  init(polls: Bool) {
    self.polls = polls
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    memory.storeBytes(of: UInt32(Load.block).bigEndian, as: UInt32.self)
  }

  deinit {
    memory.deallocate()
  }

  func send(over socket: LoopbackSocket) throws {
    try socket.send(UnsafeRawBufferPointer(memory))
  }

  /// - Returns: false at the end of the stream.
  func receive(from socket: LoopbackSocket) throws -> Bool {
    var filled = 0
    while filled < memory.count {
      let room = UnsafeMutableRawBufferPointer(rebasing: memory[filled...])
      let count = try polls ? socket.poll(into: room) : socket.receive(into: room)
      if count == 0, filled == 0 { return false }
      guard count > 0 else { throw VerificationError(reason: "the stream ended inside an object") }
      filled += count
    }
    guard memory.loadUnaligned(as: UInt32.self) == UInt32(Load.block).bigEndian else {
      throw VerificationError(reason: "another length arrived")
    }
    return true
  }
}
