/// Everything that a run has found out: what `--json` writes and `compare` reads
/// (docs/benchmarking.md).
package struct Report: Sendable, Hashable, Codable {
  /// Says what this file is.
  package static let kind = "pouch-bench"
  /// A version adds members; it never takes one away or changes what it means.
  package static let version = 1

  package var kind = Report.kind
  package var version = Report.version
  /// When the run began, RFC 3339 in UTC.
  package var started: String
  package var command: [String]
  package var environment: EnvironmentFacts
  package var settings: RunSettings
  package var machine: MachineUse?
  package var results: [CaseResult] = []
  /// What keeps the figures from being what they seem.
  package var notes: [String] = []
}

/// How the run was made.
package struct RunSettings: Sendable, Hashable, Codable {
  /// Timed rounds of every case.
  package var rounds: Int
  /// Seconds by mode, where rounds have a duration.
  package var duration: [String: Double]?
  package var warmUp: [String: Double]?
  /// Objects of a round, where that was given.
  package var count: Int?
  /// The receiver, where that was somebody else's.
  package var remote: String?
  /// Event loops, or threads of the baseline, at each end.
  package var threads: Int
}

/// What was found out about one case.
package struct CaseResult: Sendable, Hashable, Codable {
  package var key: CaseKey
  package var pouch: ContenderResult
  /// What it is compared with; nil for a receiver elsewhere.
  package var baseline: ContenderResult?
  /// Pouch's figure divided by the baseline's of the same round.
  package var ratio: [Metric: Spread]?

  package init(key: CaseKey, pouch: ContenderResult, baseline: ContenderResult?) {
    self.key = key
    self.pouch = pouch
    self.baseline = baseline
    guard let baseline else { return }
    var ratio: [Metric: Spread] = [:]
    for metric in Metric.allCases where metric != .lag {
      var ratios: [Double] = []
      for (own, other) in zip(pouch.rounds, baseline.rounds) {
        if let own = own[metric], let other = other[metric], other > 0 {
          ratios.append(own / other)
        }
      }
      if ratios.count == pouch.rounds.count { ratio[metric] = Spread(ratios) }
    }
    self.ratio = ratio
  }
}

/// What one contender has shown.
package struct ContenderResult: Sendable, Hashable, Codable {
  package var name: String
  package var rounds: [RoundFigures]
  /// Over the rounds, for what was measured in every one.
  package var summary: [Metric: Spread]

  /// - Parameter systemCalls: For an object, counted in a round that was not timed.
  package init(name: String, rounds: [RoundFigures], systemCalls: Double? = nil) {
    self.name = name
    self.rounds = rounds
    summary = [:]
    for metric in Metric.allCases {
      let values = rounds.compactMap { $0[metric] }
      if values.count == rounds.count { summary[metric] = Spread(values) }
    }
    if let systemCalls { summary[.systemCalls] = Spread([systemCalls]) }
  }
}
