internal import PouchConfiguration
internal import PouchCore

/// Measures the cases of a group, each contender in its turn.
struct GroupRun {
  struct Contenders {
    /// In the order of the group's variants.
    var variants: [any Contender]
    var baseline: (any Contender)?
  }

  private let request: BenchRequest
  private let group: CaseGroup
  private let content: ObjectContent
  private let hasBaseline: Bool
  private let contenders: [any Contender]
  private var rounds: [[RoundFigures]]
  private var systemCalls: [Double?] = []

  init(
    _ request: BenchRequest, _ group: CaseGroup, _ contenders: Contenders, _ content: ObjectContent
  ) {
    self.request = request
    self.group = group
    self.content = content
    hasBaseline = contenders.baseline != nil
    self.contenders = contenders.variants + [contenders.baseline].compactMap { $0 }
    rounds = Array(repeating: [], count: self.contenders.count)
  }

  /// What the group is about, for progress.
  var text: String {
    "\(group.mode), \(group.variants.first?.key.transport ?? "") \(ByteSize.format(group.size))"
  }

  /// Runs a round of each contender that is not timed: it warms everything up, and system calls
  /// are counted where this user may.
  mutating func rehearse() async throws {
    for contender in contenders {
      let plan = RoundPlan(
        content: content, extent: request.rehearsalExtent(group.mode),
        connections: request.connections, corrupts: request.corrupts,
        counter: SystemCallCounter())
      systemCalls.append(try await contender.run(plan)[.systemCalls])
    }
  }

  /// Runs one round of each contender, one directly behind the other.
  mutating func runRound(_ number: Int) async throws {
    let plan = RoundPlan(
      content: content, extent: request.extent(group.mode), connections: request.connections,
      corrupts: request.corrupts)
    for position in contenders.indices {
      // Another one begins each time, so that none always runs behind the same neighbour.
      let index = (position + number) % contenders.count
      rounds[index].append(try await contenders[index].run(plan))
    }
  }

  /// What the rounds have shown.
  var results: [CaseResult] {
    let results = contenders.indices.map { index in
      ContenderResult(
        name: contenders[index].name, rounds: rounds[index], systemCalls: systemCalls[index])
    }
    return zip(group.variants, results).map { variant, result in
      CaseResult(key: variant.key, pouch: result, baseline: hasBaseline ? results.last : nil)
    }
  }
}
