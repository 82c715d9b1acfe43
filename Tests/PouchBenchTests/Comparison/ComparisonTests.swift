import PouchCore
import Testing

@testable import PouchBench

/// When two reports differ, and when that is too much.
@Suite struct ComparisonTests {
  private func report(_ throughput: [Double], p99: [Double] = [10, 10, 10]) -> Report {
    .sample([
      .sample(.sample(), [.throughput: throughput]),
      .sample(.sample(.latency), [.p50: [5, 5, 5], .p99: p99]),
    ])
  }

  @Test(
    "a threshold is a figure, a side and a percentage",
    arguments: [
      ("p99>+10%", "p99", true, 0.1), ("throughput<-5%", "throughput", false, -0.05),
      ("p99.99 > 2.5 %", "p99.99", true, 0.025),
      ("throughput-ratio<-1%", "throughput-ratio", false, -0.01),
      ("cpu>0%", "cpu", true, 0),
    ] as [(String, String, Bool, Double)])
  func thresholds(_ text: String, _ name: String, _ isUpper: Bool, _ share: Double) throws {
    let threshold = try Threshold(text)
    #expect(threshold.figure.name == name)
    #expect(threshold.isUpper == isUpper)
    #expect((threshold.share - share).magnitude < 1e-12)
    #expect(threshold.text == text)
  }

  @Test(
    "what is no threshold is refused",
    arguments: [
      "", "p99", "p99>10", "p98>10%", ">10%", "p99>%", "p99>nan%", "p99>0x10%", "p99=10%",
      "p99>>10%", "p99>+-10%",
    ])
  func wrongThresholds(_ text: String) throws {
    let error = #expect(throws: PouchError.self) { try Threshold(text) }
    #expect(error?.code == .usage)
  }

  @Test(
    "a change exceeds both spreads together and the tolerance",
    arguments: [
      // Apart by 10, with spreads of 4 and 4.
      ([98, 100, 102], [108, 110, 112], .better), ([108, 110, 112], [98, 100, 102], .worse),
      // Apart by 10, with spreads of 6 and 6.
      ([97, 100, 103], [107, 110, 113], .unchanged),
      // Apart by 4, which is less than 5 percent.
      ([100, 100, 100], [104, 104, 104], .unchanged),
      ([100, 100, 100], [106, 106, 106], .better), ([0, 0, 0], [0, 0, 0], .unchanged),
      ([0, 0, 0], [1, 1, 1], .better),
    ] as [([Double], [Double], Difference.Verdict)])
  func verdicts(_ old: [Double], _ new: [Double], _ verdict: Difference.Verdict) throws {
    let difference = Difference(
      figure: Figure(.throughput), before: try #require(Spread(old)),
      after: try #require(Spread(new)))
    #expect(difference.verdict() == verdict)
  }

  @Test("more latency is worse")
  func direction() throws {
    let difference = Difference(
      figure: Figure(.p99), before: try #require(Spread([10])), after: try #require(Spread([20])))
    #expect(difference.verdict() == .worse)
    #expect(difference.verdict(tolerance: 1.5) == .unchanged)
  }

  @Test("two runs that differ by chance alone have not changed")
  func unchanged() throws {
    let comparison = try Comparison(report([97, 100, 104]), report([95, 101, 102]))
    #expect(comparison.changes == 0)
    #expect(comparison.failures.isEmpty)
    #expect(comparison.text().contains("No change in 3 figures of 2 cases."))
  }

  @Test("a threshold is crossed by a change beyond it and beyond the spread")
  func crossed() throws {
    let thresholds = try ["throughput<-5%", "p99>+10%"].map { try Threshold($0) }
    let worse = try Comparison(
      report([99, 100, 101]), report([79, 80, 81], p99: [9, 9, 9]), thresholds: thresholds)
    #expect(worse.failures.map(\.threshold.text) == ["throughput<-5%"])
    #expect(worse.text().contains("crossed: 'throughput<-5%': throughput tcp 64 B"))
    #expect(worse.text().hasSuffix("2 changes in 3 figures of 2 cases; 1 crossed a threshold."))
    let slow = try Comparison(
      report([100, 100, 100]), report([100, 100, 100], p99: [12, 12, 12]), thresholds: thresholds)
    #expect(slow.failures.map(\.threshold.text) == ["p99>+10%"])
  }

  @Test("a threshold within the spread is said and does not count")
  func withinSpread() throws {
    let comparison = try Comparison(
      report([50, 100, 150]), report([40, 80, 120]),
      thresholds: [try Threshold("throughput<-5%")])
    #expect(comparison.crossings.count == 1)
    #expect(comparison.failures.isEmpty)
    #expect(comparison.text().contains("within the spread: 'throughput<-5%' does not count"))
  }

  @Test("a threshold below the tolerance counts all the same")
  func fine() throws {
    let comparison = try Comparison(
      report([100, 100, 100]), report([97, 97, 97]), thresholds: [try Threshold("throughput<-2%")])
    #expect(comparison.changes == 0)
    #expect(comparison.failures.count == 1)
  }

  @Test("ratios to the baseline can be compared too")
  func ratios() throws {
    var after = report([100, 100, 100])
    after.results[0].ratio?[.throughput] = Spread([0.5])
    let comparison = try Comparison(
      report([100, 100, 100]), after, thresholds: [try Threshold("throughput-ratio<-5%")])
    #expect(comparison.failures.count == 1)
  }

  @Test("reports without a case in common, or without the figure of a threshold, are refused")
  func incomparable() throws {
    let other = Report.sample([.sample(.sample(.throughput, "unix"), [.throughput: [1]])])
    #expect(throws: PouchError.self) { try Comparison(report([1, 1, 1]), other) }
    let error = #expect(throws: PouchError.self) {
      try Comparison(
        report([1, 1, 1]), report([1, 1, 1]), thresholds: [try Threshold("p99.99>1%")])
    }
    #expect(error?.code == .usage)
    #expect(error?.message.contains("p99.99") == true)
  }

  @Test("cases of one report alone, and another machine, are said")
  func differences() throws {
    var after = report([100, 100, 100])
    after.results.append(.sample(.sample(.throughput, "unix"), [.throughput: [1]]))
    after.environment.processor = "Slow 3"
    after.environment.build = "debug"
    let text = try Comparison(report([100, 100, 100]), after).text()
    #expect(text.contains("only in report 2: throughput unix 64 B"))
    #expect(text.contains("the processor differs: 2 x Fast 9, then 2 x Slow 3"))
    #expect(text.contains("a debug build's figures say nothing"))
  }
}
