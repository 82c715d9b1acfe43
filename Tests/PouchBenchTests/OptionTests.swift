import Pouch
import PouchCore
import Testing

@testable import PouchBench

/// What the command's options are read as, and what is refused.
@Suite struct OptionTests {
  @Test("without options both ways of every transport are measured with four sizes")
  func usual() throws {
    let request = try BenchRequest(BenchOptions())
    #expect(request.modes == [.throughput, .latency])
    #expect(request.carriers == [.tcp, .tls, .unix])
    #expect(request.sizes == [64, 1024, 65_536, 1_048_576])
    #expect(request.apis == [.each])
    #expect(request.pipelines.map(\.text) == ["none"])
    #expect(request.rounds == 5)
    #expect(request.groups().count == 24)
    #expect(request.extent(.latency) == .time(warmUp: 24_000_000, duration: 120_000_000))
  }

  @Test(
    "sizes are a list with units, each once",
    arguments: [
      ("64", [64]), ("64,1KiB,64", [64, 1024]), ("1 MiB,8", [1 << 20, 8]), ("1kB", [1000]),
      ("256MiB", [256 << 20]),
    ] as [(String, [Int])])
  func sizes(_ text: String, _ expected: [Int]) throws {
    #expect(try OptionText.sizes(text) == expected)
  }

  @Test("what is no list of sizes is refused", arguments: ["", "7", "64,", "1GiB", "64q", "-64"])
  func wrongSizes(_ text: String) throws {
    let error = #expect(throws: PouchError.self) { try OptionText.sizes(text) }
    #expect(error?.code == .usage)
    #expect(error?.message.contains("--sizes") == true)
  }

  @Test(
    "a rate has a unit of a thousand or a million, or none",
    arguments: [("1", 1), ("50000", 5e4), ("50k", 5e4), ("1.5M", 1.5e6), ("1000M", 1e9)]
      as [(String, Double)])
  func rate(_ text: String, _ expected: Double) throws {
    #expect(try OptionText.rate(text) == expected)
  }

  @Test(
    "what is no rate is refused", arguments: ["", "k", "0", "-5", "nan", "inf", "2000M", "5 k/s"])
  func wrongRates(_ text: String) throws {
    #expect(throws: PouchError.self) { try OptionText.rate(text) }
  }

  @Test("a duration needs a unit and lies between its bounds")
  func durations() throws {
    #expect(try OptionText.duration("2s", "--duration", from: .zero) == 2_000_000_000)
    #expect(try OptionText.duration("0 s", "--warm-up", from: .zero) == 0)
    for text in ["2", "2h", "100us", "soon"] {
      #expect(throws: PouchError.self, "\(text)") {
        try OptionText.duration(text, "--duration", from: .milliseconds(1))
      }
    }
  }

  @Test("words are a list, each once, and an unknown one is told what there is")
  func words() throws {
    #expect(try OptionText.words("unix,tcp,unix", "--transports", Carrier.self) == [.unix, .tcp])
    let error = #expect(throws: PouchError.self) {
      try OptionText.words("tcp,udp", "--transports", Carrier.self)
    }
    #expect(error?.message == "--transports: there is no 'udp'")
    #expect(error?.hint == "available: tcp, tls, unix")
  }

  @Test(
    "a pipeline is a list of stages",
    arguments: [
      ("none", []), ("crc32c", ["crc32c"]), ("deflate,crc32c", ["deflate", "crc32c"]),
      ("deflate:6,hmac-sha-256", ["deflate", "hmac-sha-256"]), ("sha-256", ["sha-256"]),
    ] as [(String, [StageName])])
  func pipelines(_ text: String, _ expected: [StageName]) throws {
    #expect(try PipelineChoice(text).names == expected)
  }

  @Test(
    "what is no pipeline is refused",
    arguments: ["", "zstd", "crc32c,crc32c", "deflate:0", "deflate:ten", "none,crc32c", "crc32c:1"])
  func wrongPipelines(_ text: String) throws {
    let error = #expect(throws: PouchError.self) { try PipelineChoice(text) }
    #expect(error?.code == .usage)
  }

  /// Options that do not go together, and a word of what is said about it.
  private static let conflicts: [(@Sendable (inout BenchOptions) -> Void, String)] = [
    ({ $0.mode = "load" }, "objects a second"),
    ({ $0.rate = "5k" }, "--rate is for --mode load"),
    ({ ($0.count, $0.duration) = (10, "1s") }, "--count"),
    ({ ($0.count, $0.warmUp) = (10, "1s") }, "--count"),
    ({ ($0.mode, $0.acknowledge) = ("latency", "none") }, "acknowledgement"),
    ({ ($0.count, $0.connections) = (3, 4) }, "--count"),
    ({ $0.connections = 0 }, "--connections"),
    ({ $0.rounds = 0 }, "--repeat"),
    ({ $0.hmacKey = "/nowhere" }, "--hmac-key"),
    ({ $0.mode = "speed" }, "--mode"),
    ({ $0.api = "fast" }, "--api"),
    ({ $0.roundTrip = "square" }, "--round-trip"),
    ({ $0.content = "noise" }, "--content"),
    ({ $0.acknowledge = "maybe" }, "--acknowledge"),
  ]

  @Test("options that do not go together are refused", arguments: conflicts.indices)
  func conflict(_ index: Int) throws {
    let (change, word) = Self.conflicts[index]
    var options = BenchOptions()
    change(&options)
    let error = #expect(throws: PouchError.self) { try BenchRequest(options) }
    #expect(error?.code == .usage)
    #expect(error?.message.contains(word) == true, "\(String(describing: error))")
  }

  @Test("a receiver elsewhere excludes what needs both ends in this process")
  func remoteConflicts() throws {
    let changes: [(inout BenchOptions) -> Void] = [
      { $0.transports = "tcp" }, { $0.roundTrip = "reply" },
      { ($0.mode, $0.rate) = ("load", "5k") }, { $0.corrupts = true },
    ]
    for change in changes {
      var options = BenchOptions()
      change(&options)
      let error = #expect(throws: PouchError.self) {
        try BenchRequest(options, remote: .tcp("127.0.0.1", 7447))
      }
      #expect(error?.code == .usage)
    }
  }

  @Test("acknowledgements are what the mode needs unless they are named")
  func levels() throws {
    var options = BenchOptions()
    #expect(try BenchRequest(options).level(.throughput) == .none)
    #expect(try BenchRequest(options).level(.latency) == .processed)
    #expect(try BenchRequest(options, remote: .tcp("h", 1)).level(.throughput) == .processed)
    options.acknowledge = "received"
    #expect(try BenchRequest(options).level(.throughput) == .received)
    options.acknowledge = nil
    options.roundTrip = "reply"
    #expect(try BenchRequest(options).level(.latency) == .none)
  }

  @Test("pipelines and forms of calling share the baseline of their group")
  func groups() throws {
    var options = BenchOptions()
    options.mode = "throughput"
    options.sizes = "64"
    options.transports = "tcp"
    options.pipelines = ["none", "crc32c"]
    options.api = "each,batch"
    let groups = try BenchRequest(options).groups()
    #expect(groups.count == 1)
    #expect(
      groups.first?.variants.map { "\($0.key.pipeline) \($0.key.api)" } == [
        "none each", "none batch", "crc32c each", "crc32c batch",
      ])
  }
}
