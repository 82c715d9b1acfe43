package import Pouch
internal import PouchCore
internal import PouchSockets

/// Measures every case of a request.
package struct BenchRunner: Sendable {
  /// How far a run has come.
  package struct Progress: Sendable {
    /// What is being measured.
    package var text: String
    /// From 0 to 1.
    package var share: Double
  }

  private let request: BenchRequest
  private let remote: Remote?
  private let report: @Sendable (Progress) -> Void

  /// - Parameters:
  ///   - remote: How the receiver of `request.remote` is spoken to.
  ///   - progress: Called before every round.
  package init(
    _ request: BenchRequest, remote: SenderOptions? = nil,
    progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) {
    self.request = request
    self.remote = request.remote.map {
      Remote(endpoint: $0, options: remote ?? SenderOptions())
    }
    report = progress
  }

  /// Measures, one group of cases after the other.
  ///
  /// - Parameter command: What the report says it was made with.
  /// - Throws: `.badData` when something arrived that was not sent; why a connection failed.
  package func run(command: [String] = []) async throws -> Report {
    DescriptorLimit.raise()
    let loopback = try Loopback(
      connections: request.connections,
      secure: request.remote == nil && request.carriers.contains(.tls))
    defer { loopback.shutdown() }
    let tls = try loopback.credentials.map { credentials throws(PouchError) in
      try BareTLS(credentials)
    }
    var result = Report(
      started: Report.now(), command: command, environment: .now(),
      settings: settings(threads: loopback.threads))
    let watch = MachineWatch()
    var contents: [Int: ObjectContent] = [:]
    var runs = request.groups().map { group in
      let content = contents[group.size] ?? ObjectContent(request.content, size: group.size)
      contents[group.size] = content
      return GroupRun(request, group, contenders(group, loopback, tls), content)
    }
    // Round after round of everything, and not case after case: a neighbour who is at work for a
    // while meets one round of every case, and not every round of one.
    let steps = Double(runs.count * (request.rounds + 1))
    for round in 0...request.rounds {
      for index in runs.indices {
        let step = round == 0 ? "warming up" : "round \(round) of \(request.rounds)"
        report(
          Progress(
            text: "\(step): \(runs[index].text)",
            share: Double(round * runs.count + index) / steps))
        if round == 0 {
          try await runs[index].rehearse()
        } else {
          try await runs[index].runRound(round)
        }
      }
    }
    result.results = runs.flatMap(\.results)
    result.machine = watch.use()
    result.notes = result.findNotes()
    return result
  }

  private func settings(threads: Int) -> RunSettings {
    var settings = RunSettings(
      rounds: request.rounds, count: request.count, remote: request.remote?.description,
      threads: threads)
    for mode in request.modes {
      guard case .time(let warmUp, let duration) = request.extent(mode) else { continue }
      settings.duration = settings.duration ?? [:]
      settings.warmUp = settings.warmUp ?? [:]
      settings.duration?[mode.rawValue] = Double(duration) / 1e9
      settings.warmUp?[mode.rawValue] = Double(warmUp) / 1e9
    }
    return settings
  }

  /// Who takes part: a contender for each variant, and the baseline where there is one.
  private func contenders(
    _ group: CaseGroup, _ loopback: Loopback, _ tls: BareTLS?
  ) -> GroupRun.Contenders {
    guard let carrier = group.carrier else {
      return GroupRun.Contenders(
        variants: remote.map { remote in
          group.variants.map { variant -> any Contender in
            group.mode == .throughput
              ? RemoteThroughput(remote: remote, variant: variant)
              : RemoteRoundTrip(remote: remote, variant: variant)
          }
        } ?? [], baseline: nil)
    }
    let rate = request.rate ?? 1
    let variants = group.variants.map { variant -> any Contender in
      switch group.mode {
      case .throughput:
        PouchThroughput(loopback: loopback, carrier: carrier, variant: variant)
      case .latency where request.roundTrip == .reply:
        PouchReply(loopback: loopback, carrier: carrier, variant: variant)
      case .latency: PouchRoundTrip(loopback: loopback, carrier: carrier, variant: variant)
      case .load: PouchLoad(loopback: loopback, carrier: carrier, variant: variant, rate: rate)
      }
    }
    let baseline: (any Contender)? =
      switch group.mode {
      case .throughput: RawThroughput(loopback: loopback, carrier: carrier, tls: tls)
      case .latency where request.connections > Loopback.mostPairs: nil
      case .latency:
        RawRoundTrip(loopback: loopback, carrier: carrier, tls: tls, shape: request.roundTrip)
      case .load: RawLoad(loopback: loopback, carrier: carrier, tls: tls, rate: rate)
      }
    return GroupRun.Contenders(variants: variants, baseline: baseline)
  }
}
