import Glibc
import Pouch

/// The same text as objects of 64 KiB through Pouch's pipeline over a Unix socket: compressed,
/// sent, received, decompressed and compared.
struct DeflateThroughput: Contender {
  let text: ReadingText
  let stage: DeflateStage
  let name = "pouch"
  let summary = "objects of 64 KiB, deflate level 1, over a Unix socket, compared on arrival"

  func measure(seconds: Double) async throws -> Double {
    let link = PouchLink(carrier: .unix, pipeline: [stage])
    let block = ZlibThroughput.block
    let objects = stride(from: 0, to: text.bytes.count, by: block).map {
      Bytes(Array(text.bytes[$0..<($0 + block)]))
    }
    let check = ArrivalCheck(objects)
    let serve: @Sendable (Receiver) async throws -> Void = { receiver in
      try await receiver.run { delivery in check.add(delivery.payload) }
    }
    let sent = try await link.withReceiver(serve) { endpoint in
      try await withSender(to: endpoint, options: link.sending) { sender in
        let end = MonotonicClock.now() + UInt64(seconds * 1.1e9)
        var sent = 0
        while MonotonicClock.now() < end {
          try await sender.send(objects[sent % objects.count])
          sent += 1
        }
        return sent
      }
    }
    return try check.bytesPerSecond(sent: sent)
  }
}

/// Compares what arrives, and times it from the end of the first tenth on.
///
/// `@unchecked Sendable`: the handler of one connection runs for one object at a time, and the
/// result is read after the receiver has ended.
private final class ArrivalCheck: @unchecked Sendable {
  private let objects: [Bytes]
  private var received = 0
  private var faults = 0
  private var times: [UInt64] = []

  init(_ objects: [Bytes]) { self.objects = objects }

  func add(_ object: Bytes) {
    if object != objects[received % objects.count] { faults += 1 }
    received += 1
    times.append(MonotonicClock.now())
  }

  func bytesPerSecond(sent: Int) throws -> Double {
    guard received == sent, faults == 0 else {
      throw VerificationError(reason: "\(received) of \(sent) arrived, \(faults) of them altered")
    }
    let first = times.count / 10
    guard let last = times.last, times.count - first > 10 else {
      throw VerificationError(reason: "\(times.count) objects are too few")
    }
    let bytes = Double((times.count - 1 - first) * objects[0].count)
    return bytes / Double(last - times[first]) * 1e9
  }
}
