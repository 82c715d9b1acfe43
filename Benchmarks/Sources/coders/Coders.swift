import ArgumentParser
import Foundation
import Glibc
import Measuring

/// Runs each coder in turn, round after round, and prints how they compare.
@main
struct Coders: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares coders of objects on the same data on this machine.",
    discussion: """
      Every coder's result is compared with the original before it is timed. The rounds are \
      interleaved, those of Python too, so that a noisy neighbour meets all of them; read the \
      ratios, which say how many times as fast as the peer a coder is, not the absolute figures.
      """)

  @Option(help: "Rounds; the table shows medians.")
  var `repeat` = 5

  @Option(help: "Seconds that a sample takes at least.")
  var seconds = 0.1

  @Option(help: "Divide the sizes by this, for a quick look.")
  var scale = 1

  @Option(help: "The program that times Python's coders; without it they are left out.")
  var peers: String?

  @Option(help: "Run only this workload.")
  var workload: String?

  @Option(help: "Run only this operation and coder, as 'decode CBOR', for a profiler.")
  var only: String?

  @Flag(help: "Print one JSON object and nothing else.")
  var json = false

  func validate() throws {
    guard (1...1001).contains(`repeat`) else {
      throw ValidationError("--repeat is from 1 to 1001")
    }
    guard (0.001...60).contains(seconds) else {
      throw ValidationError("--seconds is from 0.001 to 60")
    }
    guard (1...1000).contains(scale) else { throw ValidationError("--scale is from 1 to 1000") }
  }

  func run() throws {
    let recipes = Workload.recipes(scale: scale).filter { recipe in
      workload.map { $0 == recipe.name } ?? true
    }
    guard !recipes.isEmpty else { throw ValidationError("--workload names none of them") }
    let workloads = try recipes.map { try $0.make() }
    let python = try peers.map { try Python(script: $0, workloads) }
    defer { python?.stop() }
    if !json {
      announce(workloads, python)
      fflush(nil)  // Not only at the end, where this is a pipe.
    }

    let cases = try workloads.flatMap { workload in
      try workload.cases(seconds: seconds)
        + (python?.cases(workload, seconds: seconds) ?? [])
    }.filter { item in
      only.map { "\(item.operation) \(item.subject)" == $0 } ?? true
    }
    guard !cases.isEmpty else { throw ValidationError("--only leaves nothing to run") }
    let report = Report(
      try measure(cases), typed: Set(workloads.filter { $0.form != .plain }.map(\.name)),
      rounds: `repeat`, greeting: python?.greeting)
    try show(report)
  }

  private func measure(_ cases: [Case]) throws -> [(Case, Samples)] {
    for item in cases { try item.verify() }
    var samples = cases.map { _ in Samples() }
    for _ in 0..<`repeat` {
      for (index, item) in cases.enumerated() { samples[index].add(try item.sample()) }
    }
    for item in cases { try item.verify() }
    return Array(zip(cases, samples))
  }

  private func announce(_ workloads: [Workload], _ python: Python?) {
    print("\(Machine.description), \(`repeat`) rounds")
    for workload in workloads { print("  \(workload.name): \(workload.summary)") }
    guard let python else { return print("without Python's coders: no --peers") }
    print("Python \(python.greeting.python), compiled pickle")
    switch python.greeting.cbor2 {
    case let version?:
      print("cbor2 \(version), \(python.greeting.isCompiled ? "compiled" : "its Python version")")
    case nil: print("without cbor2, which is not installed: pip install cbor2")
    }
    print()
  }

  private func show(_ report: Report) throws {
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      print(String(decoding: try encoder.encode(report), as: UTF8.self))
      return
    }
    print(report.text)
    print("\nload now \(Machine.load)")
    print(
      report.misses.isEmpty
        ? "every target is reached"
        : "targets that are not reached:\n  "
          + report.misses.joined(separator: "\n  "))
  }
}
