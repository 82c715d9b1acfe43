/// Something that is measured in every round.
package enum Metric: String, Sendable, Hashable, CaseIterable, Codable, CodingKeyRepresentable {
  /// Objects a second.
  case throughput
  /// Latency at or below which so many percent of the objects stay, in microseconds.
  case p50, p90, p99
  case p999 = "p99.9"
  case p9999 = "p99.99"
  /// The longest latency, in microseconds.
  case max
  /// Processor time of both ends for an object, in nanoseconds.
  case processor = "cpu"
  /// Context switches of both ends for an object.
  case switches
  /// System calls of both ends for an object, counted in a round that is not timed.
  case systemCalls = "system-calls"
  /// How late the median object was sent, in microseconds: the load generator's own share.
  case lag
  /// Objects a second that were sent where a rate was given.
  case achieved

  /// Whether more of it is better.
  package var isBetterHigher: Bool { self == .throughput || self == .achieved }

  package var unit: String {
    switch self {
    case .throughput, .achieved: "1/s"
    case .p50, .p90, .p99, .p999, .p9999, .max, .lag: "us"
    case .processor: "ns"
    case .switches, .systemCalls: "1/object"
    }
  }

  /// The percentiles, with what they are of a hundred.
  static let percentiles: [(metric: Metric, percent: Double)] = [
    (.p50, 50), (.p90, 90), (.p99, 99), (.p999, 99.9), (.p9999, 99.99),
  ]
}
