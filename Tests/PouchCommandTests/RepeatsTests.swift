import Testing

@testable import PouchCommand

/// What is said once a minute and cause.
@Suite struct RepeatsTests {
  private let scan = Repeats.Cause(kind: "turned away", reason: "it ended")

  private func report(_ text: String) -> Repeats.Report { Repeats.Report(text: text) }

  @Test("200 events of one cause are one line, and one more with the rest of them")
  func burst() {
    var repeats = Repeats()
    var said: [Repeats.Saying] = []
    for number in 1...200 {
      if let saying = repeats.note(scan, report("peer \(number)"), at: .milliseconds(number)) {
        said.append(saying)
      }
    }
    #expect(said.map(\.text) == ["peer 1"])
    #expect(repeats.due(at: .seconds(59)).isEmpty)
    #expect(repeats.wait(at: .seconds(1)) == .seconds(59) + .milliseconds(1))
    let later = repeats.due(at: .seconds(61))
    #expect(later.map(\.text) == ["peer 200 (199 times in the last minute)"])
    #expect(later.map(\.count) == [199])
  }

  @Test("what goes on is said once a minute, and every time is counted")
  func steady() {
    var repeats = Repeats()
    var said: [(Duration, UInt64)] = []
    for second in 0..<600 {
      let now = Duration.seconds(second)
      if let saying = repeats.note(scan, report("again"), at: now) {
        said.append((now, saying.count))
      }
    }
    let rest = repeats.rest(at: .seconds(600)).map(\.count)
    let total = (said.map(\.1) + rest).reduce(0, +)
    #expect(said.map(\.0) == (0..<10).map { .seconds(60 * $0) })
    #expect(total == 600)
  }

  @Test("another cause is said at once, and one that has stopped is forgotten")
  func causes() {
    var repeats = Repeats()
    let other = Repeats.Cause(kind: "turned away", reason: "it sent HTTP")
    #expect(repeats.note(scan, report("a"), at: .zero)?.text == "a")
    #expect(repeats.note(other, report("b"), at: .zero)?.text == "b")
    #expect(repeats.due(at: .seconds(60)).isEmpty)
    #expect(repeats.wait(at: .seconds(60)) == nil)
    #expect(repeats.note(scan, report("c"), at: .seconds(61))?.text == "c")
  }

  @Test("causes without number are told as one of their kind, in bounded memory")
  func flood() {
    var repeats = Repeats()
    var said: UInt64 = 0
    for number in 0..<10_000 {
      let cause = Repeats.Cause(kind: "refused", reason: "reason \(number)")
      if let saying = repeats.note(cause, report("text"), at: .zero) { said += saying.count }
    }
    #expect(said == UInt64(Repeats.mostCauses) + 1)
    for saying in repeats.rest(at: .seconds(1)) { said += saying.count }
    #expect(said == 10_000)
  }

  @Test("what somebody outside may choose as he likes makes no cause of its own")
  func particulars() {
    let general = Repeats.withoutParticulars
    #expect(
      general("it sent unknown bytes (01 62 9C)") == general("it sent unknown bytes (d2 07 d8 41)"))
    #expect(general("object 1 announces 99 bytes") == general("object 27 announces 100 bytes"))
    #expect(general("no key 'a'") == general("no key 'b (c'"))
    #expect(general("it sent HTTP") != general("it sent text"))
    // An end that does not come is the end of the text.
    #expect(general("the key 'a") == "the key ")
  }
}
