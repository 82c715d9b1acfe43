import Synchronization

/// Objects a second of a workload, with as many objects as the time is worth.
final class Throughput: Contender {
  private let workload: any Workload
  private let size: Int
  /// How many objects the time is worth; 0 before it was measured.
  private let count = Mutex(0)

  var name: String { workload.name }
  var summary: String { workload.summary }

  init(_ workload: any Workload, size: Int) {
    self.workload = workload
    self.size = size
  }

  func measure(seconds: Double) async throws -> Double {
    var known = count.withLock { $0 }
    if known == 0 {
      known = try await findCount(seconds)
      count.withLock { $0 = known }
    }
    return try await run(known).rate
  }

  /// Objects of a run, at least.
  private var least: Int { size > 4 << 20 ? 5 : 20 }

  /// Short runs tell how fast it is: each up to 20 times as long as the last one, until one takes
  /// long enough to be believed.
  private func findCount(_ seconds: Double) async throws -> Int {
    var count = max(least, min(2000, (16 << 20) / size))
    while true {
      let (rate, elapsed) = try await run(count)
      if elapsed >= min(0.05, seconds / 4) { return max(least, Int(rate * seconds)) }
      count = min(count * 20, max(count, Int(rate * seconds / 3)) + 1)
    }
  }

  private func run(_ count: Int) async throws -> (rate: Double, seconds: Double) {
    let load = Load(size: size, warmUp: max(1, count / 10), count: count)
    let meter = try await workload.run(load)
    return (
      try meter.rate(expecting: ExpectedDigests.shared.digest(of: load)),
      Double(meter.elapsed) / 1e9
    )
  }
}
