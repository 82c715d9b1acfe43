extension Report {
  /// What keeps the figures from being what they seem: found in the report itself.
  func findNotes() -> [String] {
    debugNote + machineNotes + saturationNote + rateNotes + tailNote + contentNote + clockNote
  }

  private var debugNote: [String] {
    guard environment.isDebug else { return [] }
    return [
      "THIS IS A DEBUG BUILD: its figures say nothing. Build with: swift build -c release "
        + "--product pouch-bench"
    ]
  }

  private var machineNotes: [String] {
    guard let machine else { return [] }
    var notes: [String] = []
    if machine.others >= 0.1 {
      notes.append(
        "other programs kept \(Figures.decimal(machine.others, 1)) of \(environment.cores) "
          + "processors busy meanwhile: read the ratios, not the absolute figures")
    } else if let load = machine.loadBefore, load >= 0.5 {
      notes.append(
        "the load average was \(Figures.decimal(load, 1)) before the first round: "
          + "the machine was busy until then")
    }
    if machine.stolen >= 0.01 * Double(environment.cores) {
      notes.append(
        "the hypervisor kept \(Figures.decimal(machine.stolen, 2)) of \(environment.cores) "
          + "processors for others (steal time)")
    }
    return notes
  }

  /// Where the processors were the limit: more of them could do more.
  private var saturationNote: [String] {
    let saturated = results.filter { result in
      result.key.mode == .throughput && settings.remote == nil
        && result.pouch.busyProcessors + (machine?.others ?? 0)
          >= 0.95 * Double(environment.cores)
    }
    guard !saturated.isEmpty else { return [] }
    let names =
      saturated.count == results.filter { $0.key.mode == .throughput }.count
      ? ["every case"] : saturated.map { "\($0.key.transport) \(Cells.size($0.key.size))" }
    return [
      "all \(environment.cores) processors were busy in \(names.joined(separator: ", ")): "
        + "sender and receiver share them, and the machine was the limit"
    ]
  }

  private var rateNotes: [String] {
    var notes: [String] = []
    for result in results {
      guard let rate = result.key.rate else { continue }
      for contender in [result.pouch, result.baseline].compactMap({ $0 }) {
        guard let achieved = contender.summary[.achieved]?.median, achieved < 0.99 * rate else {
          continue
        }
        notes.append(
          "\(contender.name), \(result.key.transport) \(Cells.size(result.key.size)): the sender "
            + "could not keep the rate: \(Figures.count(achieved)) of \(Figures.count(rate)) "
            + "objects a second")
      }
    }
    return notes
  }

  /// A percentile needs an object beyond it in every round.
  private var tailNote: [String] {
    let timed = results.filter { $0.key.mode != .throughput }
    guard timed.contains(where: { $0.pouch.summary[.p999] == nil }) else { return [] }
    return ["where a percentile is missing, a round had too few objects for it: --duration 2s"]
  }

  private var contentNote: [String] {
    let isPointless = results.contains {
      $0.key.pipeline.contains("deflate") && $0.key.content == .random
    }
    guard isPointless else { return [] }
    return ["deflate can do nothing for random content: --content text is like JSON"]
  }

  private var clockNote: [String] {
    guard environment.clockResolution > 1000 else { return [] }
    return [
      "the clock makes steps of \(Figures.nanoseconds(Double(environment.clockResolution))): "
        + "latencies are no more exact than that"
    ]
  }
}

extension ContenderResult {
  /// How many processors the process kept busy, in the median round.
  var busyProcessors: Double {
    let busy = rounds.compactMap { round in
      round[.processor].map { $0 * Double(round.objects) / 1e9 / round.seconds }
    }
    return Spread(busy)?.median ?? 0
  }
}
