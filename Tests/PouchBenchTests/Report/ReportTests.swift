import Foundation
import PouchCore
import Testing

@testable import PouchBench

/// What is written of a run, and read again.
@Suite struct ReportTests {
  private let report = Report.sample([
    .sample(.sample(), [.throughput: [10.5, 20, 30], .processor: [1, 2, 3]]),
    .sample(
      .sample(.latency, "tls", size: 1024), [.p50: [20.125, 21, 22], .p99: [0.1, 1e-9, 1e12]]),
    .sample(.sample(.load, "unix"), [.achieved: [999, 1000, 1001]], baseline: false),
  ])

  @Test("JSON reads back as what was written")
  func json() throws {
    let text = try report.json()
    #expect(try Report(json: Array(text.utf8), name: "r") == report)
  }

  @Test("JSON has the names that the documentation says")
  func names() throws {
    let object = try JSONSerialization.jsonObject(with: Data(report.json().utf8))
    let root = try #require(object as? [String: Any])
    #expect(root["kind"] as? String == "pouch-bench")
    #expect(root["version"] as? Int == 1)
    let results = try #require(root["results"] as? [[String: Any]])
    let key = try #require(results.first?["key"] as? [String: Any])
    #expect(key["transport"] as? String == "tcp")
    let pouch = try #require(results.first?["pouch"] as? [String: Any])
    let summary = try #require(pouch["summary"] as? [String: [String: Double]])
    #expect(summary["throughput"] == ["median": 20, "low": 10.5, "high": 30])
    #expect(summary["cpu"]?["median"] == 2)
    #expect(summary["system-calls"]?["median"] == 0.25)
  }

  @Test("what a later version adds is passed over")
  func additions() throws {
    var object = try #require(
      try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any])
    object["weather"] = "fine"
    let bytes = Array(try JSONSerialization.data(withJSONObject: object))
    #expect(try Report(json: bytes, name: "r") == report)
  }

  @Test(
    "what is no report is bad data, and says why",
    arguments: [
      ("", "is not a report"), ("[]", "is not a report"),
      ("{\"kind\":\"x\"}", "'version' is missing"),
      ("{\"kind\":\"pouch-bench\",\"version\":2}", "version 2"),
      ("{\"kind\":\"wget\",\"version\":1}", "'wget'"),
      ("{\"kind\":\"pouch-bench\",\"version\":1}", "is missing"),
    ])
  func wrong(_ text: String, _ word: String) throws {
    let error = #expect(throws: PouchError.self) {
      try Report(json: Array(text.utf8), name: "r.json")
    }
    #expect(error?.code == .badData)
    #expect(error?.description.contains(word) == true, "\(String(describing: error))")
  }

  @Test("a report that was cut short is bad data, wherever that is")
  func truncated() throws {
    let bytes = Array(try report.json().utf8)
    for length in stride(from: 0, to: bytes.count - 1, by: 97) {
      #expect(throws: PouchError.self) { try Report(json: Array(bytes[..<length]), name: "r") }
    }
  }

  @Test("comma-separated values have a line for each figure, and quotes where they must")
  func csv() {
    var report = report
    report.results[0].key.pipeline = "deflate,crc32c"
    let lines = report.csv().split(separator: "\n")
    #expect(
      lines.first
        == "mode,transport,size,pipeline,api,acknowledge,connections,content,round-trip,rate,contender,metric,unit,median,low,high"
    )
    #expect(
      lines.contains(
        "throughput,tcp,64,\"deflate,crc32c\",each,none,1,random,,,pouch,throughput,1/s,20,10.5,30")
    )
    #expect(
      lines.contains(
        "latency,tls,1024,none,each,none,1,random,acknowledgement,,raw sockets,p50,us,21,20.125,22")
    )
    #expect(lines.contains { $0.hasPrefix("load,unix,64,none,each,none,1,random,,1000,pouch,") })
    #expect(lines.contains { $0.contains(",ratio,throughput,,1,1,1") })
    // A figure of each contender, and the ratios; the last case has no baseline.
    #expect(lines.count == 1 + (3 + 2 + 2) + (3 + 2 + 2) + 2)
  }
}
