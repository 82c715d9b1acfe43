/// One coder of ours beside its peers.
struct Row: Codable {
  struct Name: Codable, Hashable {
    var workload: String
    var operation: Operation
    var subject: String
  }

  struct Ratio: Codable {
    var peer: String
    /// How many times as fast as the peer, the median of the rounds.
    var ratio: Double
    /// What is asked for, where something is.
    var target: Double?

    var isMissed: Bool { target.map { ratio < $0 } ?? false }
  }

  var name: Name
  /// Seconds for each time: the median, and the range.
  var seconds: Double
  var lowest: Double
  var highest: Double
  var ratios: [Ratio]

  /// Whether a subject is one of ours, which stand in rows; the others stand in columns.
  static func isOurs(_ subject: String) -> Bool {
    [CBORSubject.name, CBORSubject.lending, ValueSubject.name, PickleSubject.name].contains(subject)
  }
}
