import Foundation
import Measuring

/// Runs contests, the contenders of each in turn, round after round.
struct Runner {
  let rounds: Int
  /// How long a contender is measured in a round.
  let seconds: Double
  /// When no further contest is begun, by the monotonic clock.
  var deadline = UInt64.max
  /// Called with a line for each contest.
  let progress: (String) -> Void

  /// What came of it.
  struct Outcome {
    var results: [ContestResult] = []
    /// What failed, and what was left out for lack of time, a line each.
    var faults: [String] = []
  }

  func run(_ contests: [Contest]) async -> Outcome {
    var outcome = Outcome()
    for (number, contest) in contests.enumerated() {
      let begin = MonotonicClock.now()
      guard begin < deadline else {
        outcome.faults.append("\(contest.name): left out, the time is over")
        continue
      }
      let (result, faults) = await run(contest)
      outcome.results.append(result)
      outcome.faults += faults
      let seconds = Double(MonotonicClock.now() - begin) / 1e9
      progress(
        "\(number + 1)/\(contests.count)  \(contest.name): \(contest.contenders.count) contenders, "
          + String(format: "%.0f s", seconds))
      for fault in faults { progress(fault) }
    }
    return outcome
  }

  /// A contender that has failed once is not run again: the others go on.
  private func run(_ contest: Contest) async -> (ContestResult, [String]) {
    var samples = contest.contenders.map { _ in Samples() }
    var faults: [Int: String] = [:]
    for round in 0..<min(rounds, contest.mostRounds) {
      // Another one begins each time, so that none always runs behind the same neighbour.
      for position in contest.contenders.indices {
        let index = (position + round) % contest.contenders.count
        let contender = contest.contenders[index]
        guard faults[index] == nil else { continue }
        do {
          samples[index].add(try await contender.measure(seconds: seconds))
        } catch {
          faults[index] = "\(contest.name), \(contender.name), round \(round + 1): \(error)"
        }
      }
    }
    return (
      ContestResult(contest: contest, samples: samples),
      faults.sorted { $0.key < $1.key }.map(\.value)
    )
  }
}
