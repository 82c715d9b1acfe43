import Testing

@testable import PouchBench

/// Medians, spreads and percentiles.
@Suite struct StatisticsTests {
  @Test(
    "the median is the middle one, or lies between the two",
    arguments: [
      ([5], 5, 5, 5), ([3, 1, 2], 2, 1, 3), ([4, 1, 3, 2], 2.5, 1, 4),
      ([1, 1, 1, 1, 100], 1, 1, 100),
    ] as [([Double], Double, Double, Double)])
  func spread(_ values: [Double], _ median: Double, _ low: Double, _ high: Double) throws {
    let spread = try #require(Spread(values))
    #expect(spread.median == median)
    #expect(spread.low == low)
    #expect(spread.high == high)
    #expect(spread.range == high - low)
  }

  @Test("nothing has no median")
  func nothing() { #expect(Spread([]) == nil) }

  @Test("percentiles are those of what was recorded, to three digits")
  func percentiles() throws {
    var recorder = LatencyRecorder()
    for value: UInt64 in 1...10_000 { recorder.record(value * 1000) }
    #expect(recorder.count == 10_000)
    let metrics = recorder.metrics
    for (metric, expected) in [
      (Metric.p50, 5000.0), (.p90, 9000), (.p99, 9900), (.p999, 9990), (.p9999, 9999),
      (.max, 10_000),
    ] {
      let value = try #require(metrics[metric])
      #expect((value / expected - 1).magnitude < 0.001, "\(metric) \(value)")
    }
  }

  @Test("a percentile beyond which there is no value is left out")
  func sparse() {
    var recorder = LatencyRecorder()
    for _ in 0..<500 { recorder.record(7) }
    #expect(Set(recorder.metrics.keys) == [.p50, .p90, .p99, .max])
    var one = LatencyRecorder()
    one.record(7)
    #expect(Set(one.metrics.keys) == [.p50, .max])
    #expect(LatencyRecorder().metrics.isEmpty)
  }

  @Test("recorders add up, and hold what is longer than an hour as an hour")
  func merging() {
    var one = LatencyRecorder()
    var other = LatencyRecorder()
    for _ in 0..<10 { one.record(1000) }
    for _ in 0..<30 { other.record(from: 5000, to: 8000) }
    other.record(from: 8000, to: 5000)
    one.add(other)
    #expect(one.count == 41)
    #expect(one.value(50) == 3000)
    one.record(.max)
    #expect(one.metrics[.max] == 3_600_000_000)
  }

  @Test("a contender's summary has what every round has, and ratios are those of each round")
  func summaries() throws {
    func round(_ throughput: Double, _ p99: Double?) -> RoundFigures {
      var figures = RoundFigures(objects: 10, seconds: 1)
      figures[.throughput] = throughput
      figures[.p99] = p99
      return figures
    }
    let pouch = ContenderResult(
      name: "pouch", rounds: [round(10, 1), round(30, nil), round(20, 3)], systemCalls: 0.5)
    #expect(pouch.summary[.throughput] == Spread([10, 20, 30]))
    #expect(pouch.summary[.p99] == nil)
    #expect(pouch.summary[.systemCalls] == Spread([0.5]))
    let baseline = ContenderResult(name: "raw", rounds: [round(20, 1), round(40, 2), round(50, 4)])
    let result = CaseResult(key: .sample(), pouch: pouch, baseline: baseline)
    #expect(result.ratio?[.throughput] == Spread([0.5, 0.75, 0.4]))
    #expect(result.ratio?[.p99] == nil)
  }

  @Test("the machine's times are read from the kernel's text")
  func machineTimes() throws {
    let text = "cpu  100 10 50 1000 5 2 3 40 0 0\ncpu0 1 2 3\n"
    let times = try #require(MachineTimes(text, ticks: 100))
    #expect(times.busy == 1.65)
    #expect(times.stolen == 0.4)
    #expect(MachineTimes("intr 5", ticks: 100) == nil)
    #expect(MachineTimes("cpu 1 2", ticks: 100) == nil)
  }

  @Test("the processor's name is the kernel's, where it has one")
  func processor() {
    #expect(EnvironmentFacts.processorName("a : b\nmodel name\t: Fast 9\nflags: x") == "Fast 9")
    #expect(EnvironmentFacts.processorName("") == "unknown processor")
    #expect(EnvironmentFacts.now().isDebug)
  }
}
