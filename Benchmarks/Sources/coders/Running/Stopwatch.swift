import Glibc
import Measuring

/// Times short work by doing it many times.
struct Stopwatch {
  /// Times of a sample's batches are taken apart, so that one disturbance spoils one of them.
  private static let batches = 5

  /// How long a sample takes at least.
  let seconds: Double
  private var repetitions: Int?

  init(seconds: Double) { self.seconds = seconds }

  /// - Parameter work: Does the work as many times as it is told.
  /// - Returns: Seconds for each time, the median of five batches, or of one for work so long that
  ///   one takes the whole time.
  mutating func sample(_ work: (Int) throws -> Void) rethrows -> Double {
    let repetitions = try repetitions ?? calibrate(work)
    self.repetitions = repetitions
    var times: [Double] = []
    var total = 0.0
    while times.count < Self.batches, times.isEmpty || total < seconds {
      let time = try Self.time { try work(repetitions) }
      times.append(time / Double(repetitions))
      total += time
    }
    return times.median
  }

  /// How many times make a batch.
  private func calibrate(_ work: (Int) throws -> Void) rethrows -> Int {
    var count = 1
    while true {
      let time = try Self.time { try work(count) }
      let wanted = seconds / Double(Self.batches)
      if time >= wanted / 4 { return max(1, Int(Double(count) * wanted / time)) }
      count *= 4
    }
  }

  private static func time(_ work: () throws -> Void) rethrows -> Double {
    let start = now()
    try work()
    return now() - start
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
