/// What one round of one contender has shown.
package struct RoundFigures: Sendable, Hashable, Codable {
  /// How many objects were counted.
  package var objects: UInt64
  /// How long that took.
  package var seconds: Double
  package var metrics: [Metric: Double] = [:]

  package init(objects: UInt64, seconds: Double) {
    self.objects = objects
    self.seconds = seconds
  }

  package subscript(metric: Metric) -> Double? {
    get { metrics[metric] }
    set { metrics[metric] = newValue }
  }

  /// Adds what a recorder knows.
  mutating func add(_ latency: LatencyRecorder) {
    for (metric, value) in latency.metrics { metrics[metric] = value }
  }
}
