/// The ceiling: blocking sockets and nothing else.
struct RawSockets: Workload {
  let name = "raw sockets"
  let summary = "blocking send and recv of 64 KiB batches, 4 bytes of length before each object"
  let carrier: Carrier

  func run(_ load: Load) async throws -> Meter {
    let pair = try LoopbackSocket.pair(carrier)
    async let sent: Void = onThread {
      try FramedObjects.send(load, .batches, over: pair.client)
    }
    let meter = try await onThread { try FramedObjects.receive(load, over: pair.server) }
    try await sent
    return meter
  }
}
