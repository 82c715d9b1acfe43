import Foundation
import Testing

/// The benchmark as users run it, with few objects.
@Suite(.serialized, .timeLimit(.minutes(1))) struct BenchTests {
  private static let few = ["--sizes", "64", "--count", "50", "--repeat", "2"]

  /// A report as JSON.
  private func report(_ workspace: Workspace, _ name: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: workspace.bytes(name)) as? [String: Any])
  }

  @Test(
    "each mode runs over each transport and prints one table",
    arguments: ["throughput", "latency", "load"], ["tcp", "tls", "unix"])
  func matrix(_ mode: String, _ transport: String) async throws {
    let workspace = try Workspace()
    let rate = mode == "load" ? ["--rate", "10k"] : []
    let outcome = try await run(
      .bench,
      ["--mode", mode, "--transports", transport, "--json", workspace.file("r.json")] + Self.few
        + rate)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains { $0.hasPrefix("pouch-bench ") })
    #expect(outcome.output.contains { $0.hasPrefix("\(transport) ") && $0.contains(" pouch ") })
    let results = try #require(try report(workspace, "r.json")["results"] as? [[String: Any]])
    #expect(results.count == 1)
    let key = try #require(results.first?["key"] as? [String: Any])
    #expect(key["mode"] as? String == mode)
    #expect(key["transport"] as? String == transport)
  }

  @Test("a debug build says loudly that its figures say nothing")
  func debug() async throws {
    let outcome = try await run(.bench, ["--transports", "unix"] + Self.few)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.error.contains("warning: this is a debug build"))
    #expect(outcome.output.contains { $0.contains("THIS IS A DEBUG BUILD") })
    let quiet = try await run(.bench, ["--transports", "unix", "-q"] + Self.few)
    #expect(quiet.errors.isEmpty)
  }

  @Test("JSON and comma-separated values take the place of the table on stdout")
  func standardOutput() async throws {
    let json = try await run(.bench, ["--transports", "unix", "--json", "-"] + Self.few)
    #expect(json.status == 0, "\(json)")
    let text = json.output.joined(separator: "\n")
    #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any])
    let csv = try await run(.bench, ["--transports", "unix", "--csv", "-"] + Self.few)
    #expect(csv.output.first?.hasPrefix("mode,transport,size,") == true)
    #expect(csv.output.count > 2)
    let both = try await run(.bench, ["--json", "-", "--csv", "-"] + Self.few)
    #expect(both.status == 64)
  }

  @Test("an object that arrives changed fails the run", arguments: ["throughput", "latency"])
  func corrupt(_ mode: String) async throws {
    let outcome = try await run(
      .bench, ["--mode", mode, "--transports", "tcp", "--corrupt"] + Self.few)
    #expect(outcome.status == 65, "\(outcome)")
    #expect(outcome.error.contains("arrived with other content"))
    #expect(outcome.output.isEmpty)
  }

  @Test("a receiver elsewhere is measured over TLS, as pouch-send speaks to it")
  func elsewhere() async throws {
    let workspace = try Workspace()
    try await workspace.makeCertificates()
    let (measured, received) = try await withProgram(
      .receive,
      ["--listen", "tls://localhost:0", "--require", "crc32c", "--output", workspace.file("D")]
        + Meeting.tls.identity(.listener, workspace)
    ) { running in
      let outcome = try await run(
        .bench,
        ["--to", try await running.endpoint(), "--pipeline", "crc32c", "--sizes", "64"]
          + ["--count", "20", "--repeat", "1", "--json", workspace.file("r.json")]
          + Meeting.tls.identity(.dialler, workspace))
      running.send(SIGTERM)
      return outcome
    }
    #expect(measured.status == 0, "\(measured)")
    #expect(received.status == 0, "\(received)")
    let results = try #require(try report(workspace, "r.json")["results"] as? [[String: Any]])
    #expect(results.count == 2)
    #expect(results.allSatisfy { $0["baseline"] == nil })
    // Two modes, each with a round that warms up and one that counts: 1 + 20, and 2 + 1 + 20.
    #expect(workspace.names("D").count == 2 * (21 + 23))
  }

  @Test(
    "what cannot work ends with the status that says why",
    arguments: [
      (["--sizes", "7"], 64), (["--mode", "load"], 64), (["--trust", "ca.pem"], 64),
      (["compare", "a.json"], 64), (["--to", "tcp://127.0.0.1:1"], 69),
      (["--to", "tcp://192.0.2.1:7447"], 78), (["--json", "/nowhere/r.json"], 73),
      (["--to", "tls://127.0.0.1:1"], 78), (["compare", "/nowhere/a", "/nowhere/b"], 66),
    ] as [([String], Int32)])
  func failures(_ arguments: [String], _ status: Int32) async throws {
    let outcome = try await run(.bench, arguments)
    #expect(outcome.status == status, "\(outcome)")
    #expect(outcome.output.isEmpty)
    #expect(!outcome.errors.isEmpty)
  }

  @Test("two reports are compared, and a crossed threshold is status 3")
  func compare() async throws {
    let workspace = try Workspace()
    let made = try await run(
      .bench, ["--transports", "unix", "--json", workspace.file("a.json")] + Self.few)
    try #require(made.status == 0, "\(made)")
    let same = try await run(
      .bench,
      ["compare", workspace.file("a.json"), workspace.file("a.json"), "--fail-if", "p99>+10%"])
    #expect(same.status == 64, "50 objects have no p99: \(same)")
    let unchanged = try await run(
      .bench,
      ["compare", workspace.file("a.json"), workspace.file("a.json"), "--fail-if", "p50>+10%"])
    #expect(unchanged.status == 0, "\(unchanged)")
    #expect(unchanged.output.last?.hasPrefix("No change in") == true)

    // The same run, a hundred times as slow.
    try workspace.write("b.json", slowed(try report(workspace, "a.json")))
    let crossed = try await run(
      .bench,
      ["compare", workspace.file("a.json"), workspace.file("b.json")]
        + ["--fail-if", "throughput<-5%", "--fail-if", "p50>+10%"])
    #expect(crossed.status == 3, "\(crossed)")
    #expect(crossed.output.contains { $0.hasPrefix("crossed: 'p50>+10%'") })

    try workspace.write("c.json", "{}")
    let unreadable = try await run(
      .bench, ["compare", workspace.file("a.json"), workspace.file("c.json")])
    #expect(unreadable.status == 65, "\(unreadable)")
  }

  /// A report with every latency a hundred times as long, and its rounds no further apart.
  private func slowed(_ report: [String: Any]) throws -> String {
    var report = report
    var results = try #require(report["results"] as? [[String: Any]])
    for index in results.indices {
      var pouch = try #require(results[index]["pouch"] as? [String: Any])
      var summary = try #require(pouch["summary"] as? [String: [String: Double]])
      for (name, spread) in summary {
        let factor = name == "throughput" ? 0.01 : 100
        let median = (spread["median"] ?? 0) * factor
        summary[name] = ["median": median, "low": median, "high": median]
      }
      pouch["summary"] = summary
      results[index]["pouch"] = pouch
    }
    report["results"] = results
    let data = try JSONSerialization.data(withJSONObject: report)
    return String(decoding: data, as: UTF8.self)
  }
}
