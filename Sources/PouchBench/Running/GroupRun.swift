internal import PouchConfiguration
internal import PouchCore

/// Measures the cases of a group in turns: a noisy neighbour meets all of them.
struct GroupRun {
  struct Contenders {
    /// In the order of the group's variants.
    var variants: [any Contender]
    var baseline: (any Contender)?
  }

  let request: BenchRequest
  let group: CaseGroup
  let contenders: Contenders
  /// Told what is done next, and how far the group has come.
  let progress: (String, Double) -> Void

  func run() async throws -> [CaseResult] {
    let all = contenders.variants + [contenders.baseline].compactMap { $0 }
    let content = ObjectContent(request.content, size: group.size)
    var systemCalls: [Double?] = []
    for contender in all {
      progress(text(contender, "warming up"), 0)
      systemCalls.append(try await rehearse(contender, content))
    }
    var rounds = [[RoundFigures]](repeating: [], count: all.count)
    let plan = RoundPlan(
      content: content, extent: request.extent(group.mode), connections: request.connections,
      corrupts: request.corrupts)
    for round in 0..<request.rounds {
      for position in all.indices {
        // Another one begins each time, so that none always runs behind the same neighbour.
        let index = (position + round) % all.count
        let done = Double(round * all.count + position) / Double(request.rounds * all.count)
        progress(text(all[index], "round \(round + 1) of \(request.rounds)"), done)
        rounds[index].append(try await all[index].run(plan))
      }
    }
    let results = all.indices.map { index in
      ContenderResult(
        name: all[index].name, rounds: rounds[index], systemCalls: systemCalls[index])
    }
    let baseline = contenders.baseline == nil ? nil : results.last
    return zip(group.variants, results).map { variant, result in
      CaseResult(key: variant.key, pouch: result, baseline: baseline)
    }
  }

  /// Runs a round that is not timed, in which system calls are counted where this user may.
  ///
  /// - Returns: System calls for each object.
  private func rehearse(
    _ contender: any Contender, _ content: ObjectContent
  ) async throws -> Double? {
    let plan = RoundPlan(
      content: content, extent: request.rehearsalExtent(group.mode),
      connections: request.connections, corrupts: request.corrupts,
      counter: SystemCallCounter())
    return try await contender.run(plan)[.systemCalls]
  }

  private func text(_ contender: any Contender, _ step: String) -> String {
    let place = group.variants.first?.key.transport ?? ""
    return
      "\(group.mode), \(place) \(ByteSize.format(group.size)): \(contender.name), \(step)"
  }
}
