import Testing

@testable import PouchBench

/// What people read.
@Suite struct TextTests {
  @Test(
    "a figure has three digits and the unit that suits it",
    arguments: [
      (Figures.count(14_234_000), "14.2 M"), (Figures.count(812), "812"),
      (Figures.count(999.6), "1.00 k"), (Figures.count(0.00123), "0.00123"),
      (Figures.count(0), "0"), (Figures.byteRate(2_314_000_000), "2.31 GB/s"),
      (Figures.nanoseconds(132.4), "132 ns"), (Figures.nanoseconds(68_234), "68.2 us"),
      (Figures.microseconds(1_500), "1.50 ms"), (Figures.ratio(0.617), "0.62"),
      (Figures.ratio(12.34), "12.3"), (Figures.percent(0.0312), "3.1 %"),
      (Figures.change(0.042), "+4.2 %"), (Figures.change(-0.5), "-50.0 %"),
      (Figures.digits(.nan), "-"), (Figures.plain(64), "64"), (Figures.plain(0.5), "0.5"),
    ])
  func figures(_ text: String, _ expected: String) { #expect(text == expected) }

  @Test("a table lines its columns up, names first")
  func table() {
    var table = TextTable(
      ["name", "a", "bb"], left: 1, groups: [.init(title: "both", column: 1)])
    table.add(["x", "1", "2"])
    table.addGap()
    table.add(["longer", "100", "2"])
    #expect(
      table.text == """
                  both
        name        a  bb
        x           1   2

        longer    100   2
        """)
  }

  @Test("the overview has one line for each transport and size, there and back")
  func overview() {
    let report = Report.sample([
      .sample(.sample(), [.throughput: [10e6, 12e6, 14e6], .processor: [100, 100, 100]]),
      .sample(.sample(.latency), [.p50: [20, 21, 22], .p99: [30, 31, 32]]),
      .sample(.sample(.throughput, "tls", size: 1024), [.throughput: [1e6, 1e6, 1e6]]),
    ])
    let lines = report.text().split(separator: "\n").map { line in
      line.split(separator: " ").joined(separator: " ")
    }
    #expect(
      lines.contains(
        "tcp 64 B 12.0 M 16.7 % 768 MB/s 1.00 100 ns 0.250 21.0 us 31.0 us - 1.00"), "\(lines)")
    #expect(lines.contains("tls 1 KiB 1.00 M 0 % 1.02 GB/s 1.00 - 0.250 - - - -"), "\(lines)")
  }

  @Test("a mode of its own shows Pouch and its baseline, which cases share")
  func detail() {
    var batch = CaseKey.sample()
    batch.api = .batch
    let report = Report.sample([
      .sample(.sample(), [.throughput: [1, 2, 3]]), .sample(batch, [.throughput: [1, 2, 3]]),
    ])
    let table = DetailTable(report, .throughput).text.split(separator: "\n")
    #expect(table.count == 4)
    #expect(table[1].contains("each   pouch"))
    #expect(table[2].contains("batch  pouch"))
    #expect(table[3].contains("raw sockets"))
  }

  @Test("a debug build is said loudly, and what else took the processors")
  func notes() {
    var report = Report.sample([.sample(.sample(), [.throughput: [1, 1, 1]])])
    #expect(report.findNotes().isEmpty)
    report.environment.build = "debug"
    report.machine = MachineUse(others: 0.8, stolen: 0.3, loadBefore: 2)
    report.environment.clockResolution = 4_000_000
    let notes = report.findNotes().joined(separator: "\n")
    #expect(notes.contains("DEBUG BUILD"))
    #expect(notes.contains("other programs kept 0.8 of 2 processors busy"))
    #expect(notes.contains("steal time"))
    #expect(notes.contains("4.00 ms"))
  }

  @Test("processors that were busy all the time are named as the limit")
  func saturated() {
    // 1,000 objects in half a second: a millisecond each is two processors.
    let report = Report.sample([
      .sample(.sample(), [.throughput: [2000, 2000, 2000], .processor: [1e6, 1e6, 1e6]]),
      .sample(
        .sample(.throughput, "unix"), [.throughput: [2000, 2000, 2000], .processor: [5, 5, 5]]),
    ])
    #expect(report.notes.count == 1)
    #expect(report.notes.first?.contains("all 2 processors were busy in tcp 64 B:") == true)
  }

  @Test("a rate that was not kept is said, and a percentile that a round had too few objects for")
  func missedRate() {
    let report = Report.sample([
      .sample(.sample(.load), [.achieved: [900, 900, 900], .p50: [1, 1, 1]])
    ])
    #expect(report.notes.contains { $0.contains("could not keep the rate: 900 of 1.00 k") })
    #expect(report.notes.contains { $0.contains("too few objects") })
  }

  @Test("deflate over random bytes is said to be pointless")
  func pointless() {
    var key = CaseKey.sample()
    key.pipeline = "deflate,crc32c"
    #expect(
      Report.sample([.sample(key, [.throughput: [1]])]).notes.first?.contains("--content") == true)
    key.content = .text
    #expect(Report.sample([.sample(key, [.throughput: [1]])]).notes.isEmpty)
  }
}
