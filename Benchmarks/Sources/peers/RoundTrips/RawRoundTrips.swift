/// A thread at each end that blocks, and nothing else.
struct RawRoundTrips: Contender {
  let carrier: Carrier
  let name = "raw sockets"
  let summary = "blocking send and recv, 4 bytes of length before the object"

  func measure(seconds: Double) async throws -> Double {
    let pair = try LoopbackSocket.pair(carrier)
    async let answered: Void = onThread {
      let frame = Frame()
      while try frame.receive(from: pair.server) { try frame.send(over: pair.server) }
    }
    let median = try await onThread {
      let frame = Frame()
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

  init() {
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
      let count = try socket.receive(
        into: UnsafeMutableRawBufferPointer(rebasing: memory[filled...]))
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
