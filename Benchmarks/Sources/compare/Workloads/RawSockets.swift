import Glibc

/// The ceiling: blocking sockets and nothing else. Each object travels behind a 4-byte length, and
/// 64 KiB of them leave in one call.
struct RawSockets: Workload {
  let name = "raw sockets"
  let summary = "blocking send and recv of 64 KiB batches, 4 bytes of length before each object"

  private static let batchSize = 64 * 1024
  private static let headerSize = 4

  func run(_ load: Load) async throws -> Meter {
    let listener = try LoopbackSocket.listening()
    let port = try listener.port()
    async let sent: Void = onThread { try Self.send(load, to: port) }
    let meter = try await onThread { try Self.receive(load, from: listener) }
    try await sent
    return meter
  }

  private static func send(_ load: Load, to port: UInt16) throws {
    let socket = try LoopbackSocket.connected(to: port)
    let batch = UnsafeMutableRawBufferPointer.allocate(byteCount: batchSize, alignment: 64)
    defer { batch.deallocate() }
    var filled = 0
    for index in 0..<load.total {
      if filled + headerSize + Load.objectSize > batchSize {
        try socket.sendAll(UnsafeRawBufferPointer(rebasing: batch[..<filled]))
        filled = 0
      }
      batch.storeBytes(
        of: UInt32(Load.objectSize).bigEndian, toByteOffset: filled, as: UInt32.self)
      batch.storeBytes(
        of: Load.object(index), toByteOffset: filled + headerSize, as: SIMD8<UInt64>.self)
      filled += headerSize + Load.objectSize
    }
    try socket.sendAll(UnsafeRawBufferPointer(rebasing: batch[..<filled]))
  }

  private static func receive(_ load: Load, from listener: LoopbackSocket) throws -> Meter {
    let socket = try listener.accepted()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: batchSize, alignment: 64)
    defer { buffer.deallocate() }
    var meter = Meter(load)
    var filled = 0
    while !meter.isComplete {
      let count = try socket.receive(
        into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      guard count > 0 else { break }
      filled += count
      var start = 0
      while filled - start >= headerSize {
        let size = Int(
          UInt32(bigEndian: buffer.loadUnaligned(fromByteOffset: start, as: UInt32.self)))
        guard size <= batchSize - headerSize else {
          throw VerificationError(reason: "a length of \(size) arrived")
        }
        let end = start + headerSize + size
        guard end <= filled else { break }
        meter.add(UnsafeRawBufferPointer(rebasing: buffer[(start + headerSize)..<end]))
        start = end
      }
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<filled]))
      filled -= start
    }
    return meter
  }
}
