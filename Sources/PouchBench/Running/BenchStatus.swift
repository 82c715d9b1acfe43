/// Exit statuses that this command alone has.
package enum BenchStatus {
  /// A threshold of `compare` was crossed.
  package static let thresholdCrossed: Int32 = 3
}
