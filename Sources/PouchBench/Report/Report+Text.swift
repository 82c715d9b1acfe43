internal import PouchCore

extension Report {
  /// The report for people: how it was made, one table, and what is to be kept in mind.
  package func text() -> String {
    var parts = [heading]
    let modes = Mode.allCases.filter { mode in results.contains { $0.key.mode == mode } }
    if modes == [.throughput, .latency] {
      parts.append(OverviewTable(self).text)
    } else {
      parts += modes.map { DetailTable(self, $0).text }
    }
    parts.append(legend)
    if !notes.isEmpty { parts.append(notes.map { "note: \($0)" }.joined(separator: "\n")) }
    return parts.joined(separator: "\n\n")
  }

  // MARK: How it was made

  private var heading: String {
    var lines = [
      "pouch-bench \(environment.pouch) (\(environment.build) build), "
        + "\(environment.cores) x \(environment.processor), \(environment.kernel), "
        + environment.openSSL
    ]
    let connections = Set(results.map(\.key.connections)).max() ?? 1
    let links = connections == 1 ? "1 connection" : "\(connections) connections"
    if let remote = settings.remote {
      lines.append("To \(remote), \(links); \(rounds); medians.")
    } else {
      let loops = settings.threads == 1 ? "1 event loop" : "\(settings.threads) event loops"
      lines.append(
        "Both ends in this process over loopback, \(links), \(loops) at each end; \(rounds),")
      lines.append("Pouch and baseline in turns; medians. Every object that arrives is checked.")
    }
    for mode in Mode.allCases {
      if let key = results.first(where: { $0.key.mode == mode })?.key {
        lines.append(describe(mode, key))
      }
    }
    let keys = results.map(\.key)
    var fixed: [String] = []
    if let pipeline = keys.first?.pipeline, keys.allSatisfy({ $0.pipeline == pipeline }) {
      fixed.append("pipeline \(pipeline)")
    }
    if let api = keys.first?.api, keys.allSatisfy({ $0.api == api }) {
      fixed.append("API form '\(api.rawValue)'")
    }
    if let content = keys.first?.content { fixed.append("content \(content.rawValue)") }
    lines.append("All: " + fixed.joined(separator: ", ") + ".")
    return lines.joined(separator: "\n")
  }

  private var rounds: String {
    let number = settings.rounds == 1 ? "1 round" : "\(settings.rounds) rounds"
    if let count = settings.count { return "\(number) of \(count) objects" }
    let durations = Set((settings.duration ?? [:]).values).sorted()
    return "\(number) of "
      + durations.map { Figures.nanoseconds($0 * 1e9) }.joined(separator: " or ")
  }

  private func describe(_ mode: Mode, _ key: CaseKey) -> String {
    let acknowledged =
      key.acknowledge == "none" ? "no acknowledgements" : "each acknowledged as \(key.acknowledge)"
    switch mode {
    case .throughput: return "One way: as many objects as can be sent, \(acknowledged)."
    case .latency:
      if key.roundTrip == .reply {
        return "Round trip: an object there, and one like it back from the handler over a second "
          + "connection, \(acknowledged); the baseline does the same."
      }
      return "Round trip: from send until the receipt says \(key.acknowledge), one object at a "
        + "time" + (settings.remote == nil ? "; the baseline answers each with 8 bytes." : ".")
    case .load:
      return "Load: objects sent at a given rate from a thread of their own, \(acknowledged); "
        + "latency from the planned time to the handler."
    }
  }

  // MARK: What the columns mean

  private var legend: String {
    var lines: [String] = []
    if results.contains(where: { $0.baseline != nil }) {
      lines.append(
        "of raw, x raw: Pouch divided by the baseline of the same round, which is bare blocking "
          + "sockets,")
      lines.append(
        "and over tls bare OpenSSL on them; 64 KiB batches with 4-byte heads. The toolkit tax.")
    }
    let ends = settings.remote == nil ? "both ends together" : "this end"
    lines.append("cpu, calls (system calls), switches (of context): for each object, \(ends).")
    if results.contains(where: { $0.key.mode == .load }) {
      lines.append(
        "late: how long after its planned time the median object was sent, which is the sender's "
          + "own share.")
    }
    if !results.contains(where: { $0.pouch.summary[.systemCalls] != nil }) {
      lines.append("calls are not known: counting them takes CAP_PERFMON and a readable tracefs.")
    }
    return lines.joined(separator: "\n")
  }
}
