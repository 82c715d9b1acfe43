import PouchCore
import PouchTLS
import Testing

@testable import PouchBench

/// Pouch and its baselines over real sockets, with few objects.
@Suite(.timeLimit(.minutes(2))) struct ContenderTests {
  private func report(_ change: (inout BenchOptions) -> Void) async throws -> Report {
    var options = BenchOptions()
    options.count = 60
    options.rounds = 2
    options.sizes = "64"
    change(&options)
    return try await BenchRunner(try BenchRequest(options)).run()
  }

  @Test(
    "every mode works over every transport, with a baseline of the same shape",
    arguments: Mode.allCases, Carrier.allCases)
  func matrix(_ mode: Mode, _ carrier: Carrier) async throws {
    let report = try await report { options in
      options.mode = mode.rawValue
      options.transports = carrier.rawValue
      options.sizes = "8,1001,70000"
      if mode == .load { options.rate = "20k" }
    }
    #expect(report.results.map(\.key.size) == [8, 1001, 70_000])
    for result in report.results {
      let baseline = try #require(result.baseline)
      #expect(baseline.name == (carrier == .tls ? "bare OpenSSL" : "raw sockets"))
      for contender in [result.pouch, baseline] {
        #expect(contender.rounds.map(\.objects) == [60, 60])
        let summary = contender.summary
        #expect(summary[.throughput] != nil)
        #expect(summary[.processor].map { $0.low > 0 } == true)
        #expect((summary[.p50] != nil) == (mode != .throughput))
        #expect((summary[.achieved] != nil) == (mode == .load))
      }
      #expect(result.ratio?[mode == .throughput ? .throughput : .p50] != nil)
    }
  }

  @Test("objects come back as replies over every transport", arguments: Carrier.allCases)
  func replies(_ carrier: Carrier) async throws {
    let report = try await report { options in
      options.mode = "latency"
      options.roundTrip = "reply"
      options.transports = carrier.rawValue
      options.sizes = "64,70000"
      options.connections = 2
    }
    for result in report.results {
      #expect(result.key.roundTrip == .reply)
      #expect(result.pouch.rounds.map(\.objects) == [60, 60])
      #expect(result.baseline?.rounds.map(\.objects) == [60, 60])
    }
  }

  @Test("every form of calling carries every pipeline", arguments: API.allCases)
  func forms(_ api: API) async throws {
    let report = try await report { options in
      options.mode = "throughput,latency"
      options.transports = "unix"
      options.api = api.rawValue
      options.pipelines = ["none", "deflate,crc32c", "sha-256", "deflate:9,hmac-sha-256"]
      options.content = "text"
      options.sizes = "300,20000"
    }
    #expect(report.results.count == 16)
    #expect(report.results.allSatisfy { $0.pouch.rounds.map(\.objects) == [60, 60] })
  }

  @Test("several connections are measured together", arguments: Mode.allCases)
  func connections(_ mode: Mode) async throws {
    let report = try await report { options in
      options.mode = mode.rawValue
      options.transports = "tcp,tls"
      options.connections = 5
      if mode == .load { options.rate = "20k" }
    }
    for result in report.results {
      #expect(result.pouch.rounds.map(\.objects) == [60, 60])
      #expect(result.baseline?.rounds.map(\.objects) == [60, 60])
    }
  }

  @Test("acknowledgements are what was asked for", arguments: ["none", "received", "processed"])
  func acknowledgements(_ level: String) async throws {
    let report = try await report { options in
      options.mode = "throughput"
      options.transports = "tcp"
      options.acknowledge = level
    }
    #expect(report.results.first?.key.acknowledge == level)
  }

  @Test("a round goes on for as long as it was told")
  func duration() async throws {
    let report = try await report { options in
      options.count = nil
      options.duration = "20ms"
      options.warmUp = "1ms"
      options.transports = "unix"
    }
    for round in report.results.flatMap({ $0.pouch.rounds + ($0.baseline?.rounds ?? []) }) {
      #expect(round.seconds >= 0.02)
      #expect(round.objects > 0)
    }
    #expect(report.settings.duration == ["throughput": 0.02, "latency": 0.02])
  }

  /// A changed bit is noticed by Pouch's side and by the baseline's, which a run never gets to.
  @Test("a changed bit fails the baseline's round too", arguments: Carrier.allCases)
  func corruptBaseline(_ carrier: Carrier) async throws {
    let loopback = try Loopback(connections: 1, secure: carrier == .tls)
    defer { loopback.shutdown() }
    let tls = try loopback.credentials.map { try BareTLS($0) }
    let contenders: [any Contender] = [
      RawThroughput(loopback: loopback, carrier: carrier, tls: tls),
      RawRoundTrip(loopback: loopback, carrier: carrier, tls: tls, shape: .acknowledgement),
      RawRoundTrip(loopback: loopback, carrier: carrier, tls: tls, shape: .reply),
      RawLoad(loopback: loopback, carrier: carrier, tls: tls, rate: 10_000),
    ]
    for contender in contenders {
      var plan = RoundPlan(
        content: ObjectContent(.random, size: 64), extent: .count(warmUp: 2, objects: 10),
        connections: 1)
      _ = try await contender.run(plan)
      plan.corrupts = true
      let error = await #expect(throws: PouchError.self) { try await contender.run(plan) }
      #expect(error?.code == .badData, "\(contender)")
    }
  }

  @Test("a changed bit fails Pouch's round", arguments: Mode.allCases)
  func corrupt(_ mode: Mode) async throws {
    for roundTrip in mode == .latency ? RoundTrip.allCases : [.acknowledgement] {
      let error = await #expect(throws: PouchError.self) {
        try await report { options in
          options.mode = mode.rawValue
          options.transports = "tcp"
          options.roundTrip = roundTrip.rawValue
          options.corrupts = true
          if mode == .load { options.rate = "20k" }
        }
      }
      #expect(error?.code == .badData)
      #expect(error?.message.hasPrefix("pouch") == true)
    }
  }

  @Test("the certificates of the run leave no file behind")
  func credentials() throws {
    let credentials = try LoopbackCredentials()
    for settings in [credentials.sender, credentials.receiver] {
      let key = try #require(settings.key)
      #expect(key.hasPrefix("/proc/self/fd/"))
      #expect(try SystemFile.text(key).contains("PRIVATE KEY"))
    }
  }

  @Test("a rate that cannot be kept is given up, and what arrived counts")
  func impossibleRate() async throws {
    let report = try await report { options in
      options.count = nil
      options.mode = "load"
      options.transports = "unix"
      options.sizes = "1MiB"
      options.rate = "1M"
      options.duration = "10ms"
      options.rounds = 1
    }
    let result = try #require(report.results.first)
    #expect(result.pouch.rounds.allSatisfy { $0.objects < 10_000 })
    #expect(report.notes.contains { $0.contains("could not keep the rate") })
  }
}
