import ArgumentParser
import Foundation
import Glibc
import Measuring

/// Runs each contender in turn, round after round, and prints how they compare.
struct Compare: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares Pouch with raw sockets, OpenSSL, libzmq, NNG, SwiftNIO and Python.",
    discussion: """
      Sender and receiver are threads of this process, and nothing is pinned to a core. Every \
      contender carries the same objects over one connection, one way, and is verified by their \
      number, size, order and content. The rounds are interleaved, so that a noisy neighbour meets \
      all of them; read the ratios, not the absolute figures.
      """)

  @Option(help: "Rounds; the tables show medians.")
  var rounds = 5

  @Option(help: "Seconds for each contender in each round.")
  var seconds = 0.4

  @Option(help: "Seconds after which the whole comparison is given up.")
  var limit = 900

  @Option(help: "Only works whose names contain this, such as 'tcp' or 'round trip'; repeatable.")
  var only: [String] = []

  @Option(help: "Only contenders whose names contain this; repeatable.")
  var contender: [String] = []

  @Option(help: "The program of the tutorial's form.")
  var tutorial = "Peers/tutorial.py"

  @Option(help: "Write the tables into this page, between its markers.")
  var write: String?

  @Option(help: "The command that the page says the tables were made with.")
  var command = "make bench-peers"

  @Flag(help: "Say what each contender does, and measure nothing.")
  var list = false

  func validate() throws {
    guard (1...101).contains(rounds) else { throw ValidationError("--rounds is from 1 to 101") }
    guard (0.001...60).contains(seconds) else {
      throw ValidationError("--seconds is from 0.001 to 60")
    }
    guard (1...7200).contains(limit) else { throw ValidationError("--limit is from 1 to 7200") }
  }

  func run() async throws {
    // No contest is begun when the time is over. One that hangs cannot be cancelled where it blocks:
    // SIGALRM ends the process whatever it waits for.
    let deadline = MonotonicClock.now() + UInt64(limit) * 1_000_000_000
    alarm(UInt32(limit) + 120)
    let credentials = try Credentials()
    defer { credentials.remove() }
    let contests = try chosen(Contests(credentials: credentials, tutorial: tutorial).all())
    guard !contests.isEmpty else { throw ValidationError("nothing is left to run; see --list") }
    guard !list else { return show(contests) }

    let title =
      "\(Machine.description), \(rounds) rounds of \(seconds) s for each contender"
    print(title)
    let runner = Runner(rounds: rounds, seconds: seconds, deadline: deadline) { line in
      print("  " + line)
      fflush(nil)  // Not only at the end, where this is a pipe.
    }
    let outcome = await runner.run(contests)
    let report = Report(results: outcome.results)
    let load = "load \(Machine.load) at the end"
    show(report)
    print("\n\(load)")
    guard outcome.faults.isEmpty else {
      print("\nNot measured:\n  " + outcome.faults.joined(separator: "\n  "))
      throw ExitCode.failure
    }
    if let write {
      try Page(path: write, marker: "bench-peers").write(markdown(report, title, load))
      print("wrote \(write)")
    }
  }

  private func show(_ report: Report) {
    print("\nFigures\n\n\(report.figures.text)")
    if !report.ratios.lines.isEmpty {
      print("\n\(Report.ratiosTitle)\n\n\(report.ratios.text)")
    }
    if !report.targets.lines.isEmpty { print("\nTargets\n\n\(report.targets.text)") }
  }

  private func chosen(_ contests: [Contest]) -> [Contest] {
    contests.compactMap { contest in
      guard only.isEmpty || only.contains(where: contest.name.contains) else { return nil }
      let contenders = contest.contenders.filter { one in
        contender.isEmpty || contender.contains(where: one.name.contains)
      }
      guard !contenders.isEmpty else { return nil }
      return Contest(
        name: contest.name, unit: contest.unit, contenders: contenders,
        mostRounds: contest.mostRounds)
    }
  }

  private func show(_ contests: [Contest]) {
    for contest in contests {
      print(contest.name)
      for one in contest.contenders { print("  \(one.name): \(one.summary)") }
    }
  }

  private func markdown(_ report: Report, _ title: String, _ load: String) -> String {
    let date = Date.now.formatted(.iso8601.year().month().day())
    return """
      Taken on \(date) with `\(command)`: \(title); \(load).

      \(Report.ratiosTitle)

      \(report.ratios.markdown)

      What was asked for:

      \(report.targets.markdown)

      <details><summary>Every figure, with its spread</summary>

      \(report.figures.markdown)

      </details>
      """
  }
}
