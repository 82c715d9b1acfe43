import AllocationCounter
import Pouch
import Synchronization

/// Measures what a steady stream of objects takes of the heap, on loopback, once both ends have
/// warmed up. Sender and receiver are in this one process.
///
///     pouch-footprint alone|stream TRANSPORT   objects N allocations M
///     pouch-footprint huge TRANSPORT BYTES     bytes N resident-kib K
@main
enum Footprint {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard let workload = arguments.first, let transport = arguments.dropFirst().first else {
      throw PouchError(.usage, "pouch-footprint alone|stream|huge TRANSPORT [BYTES]")
    }
    let bench = try Bench(transport)
    defer { bench.remove() }
    switch workload {
    case "alone": try await bench.countAllocations(objects: 1000, alone: true)
    case "stream": try await bench.countAllocations(objects: 400_000, alone: false)
    case "huge":
      try await bench.stream(arguments.dropFirst(2).first.flatMap(UInt64.init) ?? 1 << 30)
    default: throw PouchError(.usage, "no workload is called '\(workload)'")
    }
  }
}

extension Bench {
  /// Prints how often the process asked for heap memory while it sent small objects, after as many
  /// that were not counted.
  ///
  /// - Parameter alone: Whether each is acknowledged before the next one is sent.
  fileprivate func countAllocations(objects: Int, alone: Bool) async throws {
    let received = Atomic<Int>(0)
    let receiver = Receiver(on: endpoint, options: receiving)
    let bound = try await receiver.bind()
    async let run: Void = receiver.run { delivery in
      received.wrappingAdd(delivery.payload.count, ordering: .relaxed)
    }
    try await withSender(to: bound[0], options: sending) { sender in
      try await Bench.send(objects, alone: alone, sender)
      let before = allocation_count()
      try await Bench.send(objects, alone: alone, sender)
      print("objects \(objects) allocations \(allocation_count() - before)")
    }
    receiver.stop()
    try await run
  }

  private static func send(_ count: Int, alone: Bool, _ sender: Sender) async throws {
    let object = [UInt8](repeating: 7, count: 64)
    for _ in 0..<count {
      let receipt = try await sender.send(object)
      if alone { try await receipt.processed() }
    }
  }

  /// Streams one object of `size` bytes, and prints the largest resident size that the process
  /// has had.
  fileprivate func stream(_ size: UInt64) async throws {
    let received = Atomic<UInt64>(0)
    let receiver = Receiver(on: endpoint, options: receiving)
    let bound = try await receiver.bind()
    async let run: Void = receiver.runStreamed { delivery in
      for try await piece in delivery.body {
        received.wrappingAdd(UInt64(piece.count), ordering: .relaxed)
      }
    }
    try await withSender(to: bound[0], options: sending) { sender in
      let piece = Bytes([UInt8](repeating: 7, count: 256 << 10))
      var left = size
      let receipt = try await sender.send(attributes: Attributes(size: size)) { longest in
        let next = piece.prefix(Int(min(UInt64(longest), left)))
        left -= UInt64(next.count)
        return next
      }
      try await receipt.processed()
    }
    receiver.stop()
    try await run
    print("bytes \(received.load(ordering: .relaxed)) resident-kib \(Bench.largestResidentKiB)")
  }
}
