internal import Histogram

/// Latencies in nanoseconds, to three digits, in constant memory (HdrHistogram).
struct LatencyRecorder: Sendable {
  /// An hour.
  private static let longest: UInt64 = 3_600_000_000_000

  private var histogram = Histogram<UInt64>(
    highestTrackableValue: longest, numberOfSignificantValueDigits: .three)

  /// How many there are.
  var count: UInt64 { histogram.totalCount }

  mutating func record(_ nanoseconds: UInt64) {
    histogram.record(min(nanoseconds, LatencyRecorder.longest))
  }

  /// Records the time between two readings of the clock.
  mutating func record(from begin: UInt64, to end: UInt64) {
    record(end > begin ? end - begin : 0)
  }

  mutating func add(_ other: LatencyRecorder) { histogram.add(other.histogram) }

  /// The latency at or below which `percent` of all stay, in nanoseconds.
  func value(_ percent: Double) -> UInt64 { histogram.valueAtPercentile(percent) }

  /// In microseconds. A percentile beyond which there is not one value says nothing and is left
  /// out.
  var metrics: [Metric: Double] {
    guard count > 0 else { return [:] }
    var metrics: [Metric: Double] = [.max: Double(histogram.maxRecorded) / 1000]
    for (metric, percent) in Metric.percentiles
    where metric == .p50 || Double(count) * (100 - percent) / 100 >= 1 {
      metrics[metric] = Double(value(percent)) / 1000
    }
    return metrics
  }
}
