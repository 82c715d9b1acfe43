import ArgumentParser
import Foundation
import Glibc
import Measuring
import Pouch

/// Runs each workload in turn, round after round, and prints how they compare.
@main
struct Compare: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares ways to move 64-byte objects over one TCP connection on this machine.",
    discussion: """
      Sender and receiver are threads of this process. Every workload carries the same objects and \
      is verified by their number and a checksum of their content. The rounds are interleaved, so \
      that a noisy neighbour meets all of them; read the ratios, not the absolute figures.
      """)

  @Option(help: "Objects that are timed in each run.")
  var count = 4_000_000

  @Option(help: "Rounds; the table shows medians.")
  var `repeat` = 5

  @Option(help: "Seconds after which the whole comparison is given up.")
  var limit = 300

  @Option(help: "Run only the workloads whose names contain this, for a profiler.")
  var only: String?

  @Flag(help: "Print the rates of every round, too.")
  var rounds = false

  func validate() throws {
    guard (1_000...100_000_000).contains(count) else {
      throw ValidationError("--count is between 1000 and 100000000")
    }
    guard (1...101).contains(`repeat`) else { throw ValidationError("--repeat is from 1 to 101") }
    guard (1...3600).contains(limit) else { throw ValidationError("--limit is from 1 to 3600") }
  }

  mutating func run() async throws {
    let raw = RawSockets()
    let zeroMQ = ZeroMQ()
    let all: [any Workload] = [
      raw, zeroMQ, PouchObjects(.async, acknowledge: .none),
      PouchObjects(.each, acknowledge: .none), PouchObjects(.each, acknowledge: .processed),
      PouchObjects(.batch, acknowledge: .none),
    ]
    let workloads = all.filter { only.map($0.name.contains) ?? true }
    guard !workloads.isEmpty else {
      throw ValidationError("--only: there are \(all.map(\.name).formatted())")
    }

    // The blocking workloads cannot be cancelled; SIGALRM ends the process whatever it waits for.
    alarm(UInt32(limit))

    let load = Load(warmUp: count / 10, count: count)
    print(
      "\(count) objects of \(Load.objectSize) bytes, \(`repeat`) rounds,"
        + " \(ProcessInfo.processInfo.activeProcessorCount) cores")
    for workload in workloads { print("  \(workload.name): \(workload.summary)") }

    let expected = load.expectedDigest()
    var samples = workloads.map { _ in Samples() }
    for round in 1...`repeat` {
      // Another one begins each time, so that none always runs behind the same neighbour.
      for position in workloads.indices {
        let index = (position + round) % workloads.count
        let workload = workloads[index]
        let rate: Double
        do {
          rate = try await workload.run(load).rate(expecting: expected)
        } catch {
          throw WorkloadError(workload: workload.name, underlying: error)
        }
        samples[index].add(rate)
        if rounds {
          print(String(format: "  round %d  %@  %.2f M/s", round, workload.name, rate / 1e6))
        }
      }
    }

    print()
    let rows = zip(workloads, samples).map { (name: $0.name, samples: $1) }
    print(Table(rows: rows, references: [raw.name, zeroMQ.name]).text)
  }
}

/// A run that failed, and whose it was.
struct WorkloadError: Error, CustomStringConvertible {
  let workload: String
  let underlying: any Error
  var description: String { "\(workload): \(underlying)" }
}
