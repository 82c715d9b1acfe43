package import PouchCore

/// What is to be measured, complete and checked.
package struct BenchRequest: Sendable {
  /// The sizes of a run that was told none.
  package static let usualSizes = [64, 1 << 10, 64 << 10, 1 << 20]
  package static let usualRounds = 5

  package var modes: [Mode]
  package var carriers: [Carrier]
  package var sizes: [Int]
  package var pipelines: [PipelineChoice]
  package var apis: [API]
  package var acknowledge: AcknowledgementLevel?
  package var roundTrip: RoundTrip
  package var content: ContentKind
  package var connections: Int
  package var rate: Double?
  /// Nanoseconds; nil for a duration that suits the mode.
  package var duration: UInt64?
  package var warmUp: UInt64?
  /// Objects of a round, over all connections, in the place of a duration.
  package var count: Int?
  package var rounds: Int
  package var corrupts: Bool
  /// Where a receiver of somebody else's listens; nil for both ends in this process.
  package var remote: Endpoint?

  /// - Throws: `.usage` for what cannot be read or does not go together; what a key file is
  ///   refused for.
  package init(_ options: BenchOptions, remote: Endpoint? = nil) throws(PouchError) {
    self.remote = remote
    modes =
      try options.mode.map { (text) throws(PouchError) in
        try OptionText.words(text, "--mode", Mode.self)
      } ?? [.throughput, .latency]
    carriers =
      try options.transports.map { (text) throws(PouchError) in
        try OptionText.words(text, "--transports", Carrier.self)
      } ?? Carrier.allCases
    sizes =
      try options.sizes.map { (text) throws(PouchError) in
        try OptionText.sizes(text)
      } ?? BenchRequest.usualSizes
    pipelines = try options.pipelines.map { (text) throws(PouchError) in
      try PipelineChoice(text, key: options.hmacKey)
    }
    if pipelines.isEmpty { pipelines = [.none] }
    apis =
      try options.api.map { (text) throws(PouchError) in
        try OptionText.words(text, "--api", API.self)
      } ?? [.each]
    acknowledge = try options.acknowledge.map { (text) throws(PouchError) in
      try OptionText.word(text, "--acknowledge", AcknowledgementLevel.self)
    }
    roundTrip =
      try options.roundTrip.map { (text) throws(PouchError) in
        try OptionText.word(text, "--round-trip", RoundTrip.self)
      } ?? .acknowledgement
    content =
      try options.content.map { (text) throws(PouchError) in
        try OptionText.word(text, "--content", ContentKind.self)
      } ?? .random
    connections = options.connections ?? 1
    rate = try options.rate.map { (text) throws(PouchError) in try OptionText.rate(text) }
    duration = try options.duration.map { (text) throws(PouchError) in
      try OptionText.duration(text, "--duration", from: .milliseconds(1))
    }
    warmUp = try options.warmUp.map { (text) throws(PouchError) in
      try OptionText.duration(text, "--warm-up", from: .zero)
    }
    count = options.count
    rounds = options.rounds ?? BenchRequest.usualRounds
    corrupts = options.corrupts
    try checkNumbers()
    try checkTogether(options)
  }

  private func checkNumbers() throws(PouchError) {
    func check(_ option: String, _ number: Int, _ range: ClosedRange<Int>) throws(PouchError) {
      guard !range.contains(number) else { return }
      throw PouchError(
        .usage, "\(option) \(number): it is from \(range.lowerBound) to \(range.upperBound)")
    }
    try check("--connections", connections, 1...4096)
    try check("--repeat", rounds, 1...101)
    if let count { try check("--count", count, connections...1_000_000_000) }
  }

  private func checkTogether(_ options: BenchOptions) throws(PouchError) {
    func refuse(_ isWrong: Bool, _ message: String, _ hint: String? = nil) throws(PouchError) {
      if isWrong { throw PouchError(.usage, message, hint: hint) }
    }
    let hasLoad = modes.contains(.load)
    try refuse(
      hasLoad && rate == nil, "--mode load needs to know how many objects a second are sent",
      "add --rate, such as --rate 50k")
    try refuse(!hasLoad && rate != nil, "--rate is for --mode load")
    try refuse(
      count != nil && (duration != nil || warmUp != nil),
      "--count takes the place of --duration and --warm-up")
    try refuse(
      modes.contains(.latency) && roundTrip == .acknowledgement
        && acknowledge == AcknowledgementLevel.none,
      "a round trip ends with an acknowledgement, and there is none",
      "use --acknowledge processed or received, or --round-trip reply")
    try refuse(
      options.hmacKey != nil && !pipelines.contains { $0.names.contains("hmac-sha-256") },
      "--hmac-key is for a pipeline with hmac-sha-256")
    guard remote != nil else { return }
    try refuse(
      options.transports != nil, "--transports is for a run on this machine, --to names one")
    try refuse(
      hasLoad, "--mode load needs the receiver in this process, and so excludes --to",
      "use --mode throughput or latency")
    try refuse(
      roundTrip == .reply, "a receiver elsewhere sends no objects back: --to excludes reply",
      "use --round-trip acknowledgement")
    try refuse(
      corrupts, "what arrives elsewhere is not looked at here")
  }
}
