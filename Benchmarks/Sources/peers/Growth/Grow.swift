import ArgumentParser
import Foundation
import Glibc
import Measuring
import Pouch

/// Measures how throughput grows with the size of objects, the number of connections and that of
/// event loops, and draws it.
struct Grow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures how throughput grows, and draws it.")

  @Option(help: "Rounds; the curves show medians, and lines from the lowest to the highest.")
  var rounds = 5

  @Option(help: "Seconds for each point in each round.")
  var seconds = 0.3

  @Option(help: "Seconds after which all of it is given up.")
  var limit = 900

  @Option(help: "The directory for the charts and their figures.")
  var output = "../docs/performance"

  @Option(help: "Write where the charts come from into this page, between its markers.")
  var write: String?

  @Option(help: "The command that the page says they were made with.")
  var command = "make bench-growth"

  private static let sizes = [
    16, 64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20,
    64 << 20,
  ]
  private static let connections = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]

  func run() async throws {
    alarm(UInt32(limit))
    let credentials = try Credentials()
    defer { credentials.remove() }
    let title = "\(Machine.description), \(rounds) rounds of \(seconds) s for each point"
    print(title)
    try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
    try await growWithSize(credentials)
    try await growWithConnections(credentials)
    let load = "load \(Machine.load) at the end"
    print(load)
    if let write {
      let date = Date.now.formatted(.iso8601.year().month().day())
      try Page(path: write, marker: "bench-growth").write(
        "Taken on \(date) with `\(command)`: \(title); \(load).")
      print("wrote \(write)")
    }
  }

  private func measure(_ contests: [(Double, Contest)]) async throws -> [Curve] {
    let runner = Runner(rounds: rounds, seconds: seconds) { line in
      print("  " + line)
      fflush(nil)
    }
    let outcome = await runner.run(contests.map(\.1))
    guard outcome.faults.isEmpty else {
      throw VerificationError(reason: "not measured: " + outcome.faults.joined(separator: "; "))
    }
    let results = outcome.results
    var curves = contests.first?.1.contenders.map { Curve(name: $0.name) } ?? []
    for ((x, _), result) in zip(contests, results) {
      for index in curves.indices {
        curves[index].points.append(.init(x: x, samples: result.samples[index]))
      }
    }
    return curves
  }

  private func growWithSize(_ credentials: Credentials) async throws {
    let contests = Self.sizes.map { size in
      let workloads: [any Workload] = [
        PouchObjects("pouch, unix", PouchLink(carrier: .unix)),
        PouchObjects("pouch, tcp", PouchLink(carrier: .tcp)),
        PouchObjects("pouch, tls", PouchLink(carrier: .tls, credentials: credentials)),
        RawSockets(carrier: .tcp), ZeroMQObjects(.tcp),
      ]
      return (
        Double(size),
        Contest(
          name: sizeText(size), unit: .objects(of: size),
          contenders: workloads.map { Throughput($0, size: size) })
      )
    }
    let curves = try await measure(contests).map { curve in
      var curve = curve
      for index in curve.points.indices {
        let size = curve.points[index].x
        curve.points[index].samples = curve.points[index].samples.scaled(by: size)
      }
      return curve
    }
    try save(
      "size", CurveFile(horizontal: "object bytes", vertical: "bytes/s", curves: curves),
      Chart(
        title: "One connection, one way, by the size of the objects",
        horizontal: ("size of an object", { sizeText(Int($0)) }),
        vertical: ("bytes a second", { Unit.bytes.text($0) }), curves: curves))
  }

  private func growWithConnections(_ credentials: Credentials) async throws {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let contests = Self.connections.map { count in
      let contenders = [Carrier.tcp, .tls].flatMap { carrier in
        Array(Set([1, cores])).sorted().map { loops in
          ConnectionsOnLoops(
            carrier: carrier, count: count, loops: loops, credentials: credentials)
            as any Contender
        }
      }
      return (
        Double(count),
        Contest(
          name: "\(count) connections", unit: .objects(of: Load.block), contenders: contenders)
      )
    }
    let curves = try await measure(contests)
    try save(
      "connections",
      CurveFile(horizontal: "connections", vertical: "objects/s", curves: curves),
      Chart(
        title: "Objects of 64 bytes over all connections, by their number",
        horizontal: ("connections at once", { String(Int($0)) }),
        vertical: ("objects a second", { Unit.objects(of: 64).text($0) }), curves: curves))
  }

  private func save(_ name: String, _ file: CurveFile, _ chart: Chart) throws {
    let path = "\(output)/\(name)"
    try file.csv.write(toFile: path + ".csv", atomically: true, encoding: .utf8)
    try chart.svg.write(toFile: path + ".svg", atomically: true, encoding: .utf8)
    print("wrote \(path).csv and \(path).svg")
  }
}
