import Foundation
import Measuring

/// Runs contests, the contenders of each in turn, round after round.
struct Runner {
  let rounds: Int
  /// How long a contender is measured in a round.
  let seconds: Double
  /// Called with a line for each contest.
  let progress: (String) -> Void

  func run(_ contests: [Contest]) async throws -> [ContestResult] {
    var results: [ContestResult] = []
    for (number, contest) in contests.enumerated() {
      let begin = MonotonicClock.now()
      results.append(try await run(contest))
      let seconds = Double(MonotonicClock.now() - begin) / 1e9
      progress(
        "\(number + 1)/\(contests.count)  \(contest.name): \(contest.contenders.count) contenders, "
          + String(format: "%.0f s", seconds))
    }
    return results
  }

  private func run(_ contest: Contest) async throws -> ContestResult {
    var samples = contest.contenders.map { _ in Samples() }
    for round in 0..<min(rounds, contest.mostRounds) {
      // Another one begins each time, so that none always runs behind the same neighbour.
      for position in contest.contenders.indices {
        let index = (position + round) % contest.contenders.count
        let contender = contest.contenders[index]
        do {
          samples[index].add(try await contender.measure(seconds: seconds))
        } catch {
          throw ContenderError(contest: contest.name, contender: contender.name, reason: error)
        }
      }
    }
    return ContestResult(contest: contest, samples: samples)
  }
}

/// A run that failed, and whose it was.
struct ContenderError: Error, CustomStringConvertible {
  let contest: String
  let contender: String
  let reason: any Error
  var description: String { "\(contest), \(contender): \(reason)" }
}
