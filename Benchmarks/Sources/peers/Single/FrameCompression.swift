import Pouch
import Synchronization

/// How small the objects are on the way when Pouch sends them one by one: all that either
/// end writes counts, heads and hello too.
struct FrameCompression: Contender {
  let text: ReadingText
  let stage: DeflateStage
  let name = "pouch"
  let summary = "a send for each object, deflate level 1, every byte that either end writes"

  func measure(seconds: Double) async throws -> Double {
    // In memory, where a transport of our own can stand before the library's.
    let counter = WireCounter()
    let memory = CountingTransport(MemoryTransport(), counter)
    let endpoint = Endpoint.memory("compression")
    var receiving = ReceiverOptions()
    receiving.requiredStages = [stage.name]
    receiving.transports.register(.memory, memory)
    var sending = SenderOptions()
    sending.pipeline = [stage]
    sending.acknowledge = .none
    sending.transports.register(.memory, memory)

    let received = Atomic<Int>(0)
    let receiver = Receiver(on: endpoint, options: receiving)
    try await receiver.bind()
    async let served: Void = receiver.run { delivery in
      received.wrappingAdd(delivery.payload.count, ordering: .relaxed)
    }
    try await withSender(to: endpoint, options: sending) { sender in
      for index in 0..<ReadingText.count { try await sender.send(Array(text.object(index))) }
    }
    receiver.stop()
    try await served
    guard received.load(ordering: .relaxed) == text.bytes.count else {
      throw VerificationError(reason: "not every object arrived")
    }
    return Double(text.bytes.count) / Double(counter.written)
  }
}
