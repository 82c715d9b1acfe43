import PouchCore

@testable import PouchBench

extension CaseKey {
  static func sample(
    _ mode: Mode = .throughput, _ transport: String = "tcp", size: Int = 64
  ) -> CaseKey {
    CaseKey(
      mode: mode, transport: transport, size: size, pipeline: "none", api: .each,
      acknowledge: "none", connections: 1, content: .random,
      roundTrip: mode == .latency ? .acknowledgement : nil, rate: mode == .load ? 1000 : nil)
  }
}

extension CaseResult {
  /// A case with these figures in its rounds, and a baseline of the same.
  static func sample(
    _ key: CaseKey, _ figures: [Metric: [Double]], baseline: Bool = true
  ) -> CaseResult {
    let count = figures.values.map(\.count).max() ?? 0
    let rounds = (0..<count).map { index in
      var round = RoundFigures(objects: 1000, seconds: 0.5)
      for (metric, values) in figures { round[metric] = values[index] }
      return round
    }
    let pouch = ContenderResult(name: "pouch", rounds: rounds, systemCalls: 0.25)
    return CaseResult(
      key: key, pouch: pouch,
      baseline: baseline ? ContenderResult(name: "raw sockets", rounds: rounds) : nil)
  }
}

extension Report {
  static func sample(_ results: [CaseResult]) -> Report {
    var report = Report(
      started: "2026-11-25T22:00:00Z", command: ["pouch-bench"],
      environment: EnvironmentFacts(
        pouch: "0.1.0", build: "release", kernel: "Linux 6.1", processor: "Fast 9", cores: 2,
        openSSL: "OpenSSL 3.0", clockResolution: 20),
      settings: RunSettings(
        rounds: 5, duration: ["throughput": 0.12, "latency": 0.12], threads: 1))
    report.machine = MachineUse(others: 0.01, stolen: 0, loadBefore: 0.1)
    report.results = results
    report.notes = report.findNotes()
    return report
  }
}
