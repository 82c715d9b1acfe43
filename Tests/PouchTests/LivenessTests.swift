import Testing

@testable import Pouch

@Suite("Liveness")
struct LivenessTests {
  func liveness() -> Liveness {
    Liveness(heartbeat: .seconds(15), body: .seconds(30), now: .zero)
  }

  @Test("a silent peer is asked once, and lost after three heartbeats")
  func silence() {
    var liveness = liveness()
    let verdicts = stride(from: 5, through: 50, by: 5).map { second in
      liveness.tick(.seconds(second), Liveness.Progress())
    }
    #expect(verdicts == [.fine, .fine, .ping, .fine, .fine, .fine, .fine, .fine, .silent, .silent])
  }

  @Test("a sign of life starts the count again")
  func signOfLife() {
    var liveness = liveness()
    #expect(liveness.tick(.seconds(16), Liveness.Progress()) == .ping)
    #expect(liveness.tick(.seconds(20), Liveness.Progress(bytes: 32)) == .fine)
    #expect(liveness.tick(.seconds(34), Liveness.Progress(bytes: 32)) == .fine)
    #expect(liveness.tick(.seconds(36), Liveness.Progress(bytes: 32)) == .ping)
  }

  @Test("while a handler holds up the reading nobody is lost, and the peer is told of life")
  func deaf() {
    var liveness = liveness()
    let deaf = Liveness.Progress(bytes: 7, isInsideFrame: true, isListening: false)
    let verdicts = stride(from: 5, through: 120, by: 5).map { second in
      liveness.tick(.seconds(second), deaf)
    }
    #expect(!verdicts.contains(.silent))
    #expect(!verdicts.contains(.stalled))
    #expect(verdicts.indices.filter { verdicts[$0] == .ping } == [3, 6, 9, 12, 15, 18, 21])
    // It listens again, and counts from here.
    let listening = Liveness.Progress(bytes: 7, isInsideFrame: true)
    #expect(liveness.tick(.seconds(121), listening) == .fine)
    #expect(liveness.tick(.seconds(135), listening) == .ping)
    #expect(liveness.tick(.seconds(152), listening) == .stalled)
  }

  @Test("a frame that trickles is given up, one that flows is not")
  func trickle() {
    var trickling = liveness()
    var flowing = liveness()
    var trickled: [Liveness.Verdict] = []
    var flowed: [Liveness.Verdict] = []
    for second in 1...70 {
      let now = Duration.seconds(second)
      trickled.append(
        trickling.tick(now, .init(bytes: UInt64(second), isInsideFrame: true)))
      flowed.append(
        flowing.tick(now, .init(bytes: UInt64(second * 2048), isInsideFrame: true)))
    }
    #expect(trickled.firstIndex(of: .stalled) == 30)
    #expect(flowed.allSatisfy { $0 == .fine })
  }

  @Test("what has begun must bring 1 KiB a second, and what has not may be silent")
  func minimumRate() {
    func verdicts(_ bytesPerSecond: UInt64, begun: (Int) -> Bool) -> [Bool] {
      var rate = MinimumRate(over: .seconds(30))
      return (0...90).map { second in
        rate.isTooSlow(
          .seconds(second), bytes: UInt64(second) * bytesPerSecond, hasBegun: begun(second))
      }
    }
    #expect(verdicts(1) { _ in true }.firstIndex(of: true) == 30)
    #expect(verdicts(1023) { _ in true }.firstIndex(of: true) == 30)
    #expect(!verdicts(1024) { _ in true }.contains(true))
    #expect(!verdicts(0) { _ in false }.contains(true))
    // An object for a second, now and then.
    #expect(!verdicts(1) { $0 % 20 == 0 }.contains(true))
  }
}
