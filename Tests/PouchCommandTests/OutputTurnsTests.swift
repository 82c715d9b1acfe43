import PouchCore
import Testing

@testable import PouchCommand

@Suite("Turns at an output") struct OutputTurnsTests {
  private final class Connection {}
  private let one = Connection()
  private let other = Connection()

  private func begin(
    _ turns: inout OutputTurns, _ connection: Connection, _ origin: String = "a",
    streams: Bool = true, isWhole: Bool = false
  ) -> UInt64 {
    turns.begin(
      ObjectIdentifier(connection), from: .name(origin), streams: streams, isWhole: isWhole)
  }

  @Test("are taken in the order in which objects become whole")
  func order() {
    var turns = OutputTurns(share: 100)
    let late = begin(&turns, one, streams: false)
    let early = begin(&turns, other, streams: false)
    #expect(turns.grant() == nil)
    let small = begin(&turns, one, isWhole: true)
    #expect(turns.grant() == small)
    turns.complete(early)
    turns.complete(late)
    #expect(turns.grant() == nil)
    turns.end(small)
    #expect(turns.grant() == early)
    turns.end(early)
    #expect(turns.grant() == late)
    turns.end(late)
    #expect(turns.grant() == nil)
    #expect(!turns.someoneWaits)
  }

  @Test("are an object's that streams while none is whole")
  func streams() {
    var turns = OutputTurns(share: 100)
    let tail = begin(&turns, one)
    #expect(turns.grant() == tail)
    #expect(!turns.someoneWaits)
    let next = begin(&turns, other)
    let whole = begin(&turns, other, isWhole: true)
    #expect(turns.someoneWaits)
    // It becomes whole when it is its turn already.
    turns.complete(tail)
    #expect(turns.grant() == nil)
    turns.end(tail)
    #expect(turns.grant() == whole)
    turns.end(whole)
    #expect(turns.grant() == next)
  }

  @Test("leave no more waiting than a peer's share, and four times that in all")
  func shares() {
    var turns = OutputTurns(share: 100)
    let tail = begin(&turns, one, "tail")
    #expect(turns.grant() == tail)
    let mine = begin(&turns, other, "a")
    #expect(turns.keep(60, of: mine) == .granted)
    #expect(turns.keep(60, of: mine) == .later)
    #expect(turns.keep(40, of: mine) == .granted)
    for origin in ["b", "c", "d"] {
      #expect(turns.keep(100, of: begin(&turns, Connection(), origin)) == .granted)
    }
    let late = begin(&turns, other, "e")
    #expect(turns.keep(1, of: late) == .later)
    turns.release(60, of: mine)
    #expect(turns.keep(60, of: late) == .granted)
    turns.end(mine)
    #expect(turns.keep(40, of: late) == .granted)
    #expect(turns.kept == 400)
  }

  @Test("do not wait for what only the waiting one could bring on")
  func deadlocks() {
    // Behind an object of the same connection that is not whole.
    var turns = OutputTurns(share: 100)
    let first = begin(&turns, one)
    #expect(turns.grant() == first)
    let second = begin(&turns, one)
    #expect(turns.keep(101, of: second) == .never)
    // It is whole: its end makes room.
    turns.complete(first)
    #expect(turns.keep(101, of: second) == .later)
    // Objects that become lines, none of which is whole.
    var lines = OutputTurns(share: 100)
    let (a, b) = (begin(&lines, one, streams: false), begin(&lines, other, streams: false))
    #expect(lines.keep(100, of: a) == .granted)
    #expect(lines.keep(1, of: b) == .never)
    lines.complete(a)
    #expect(lines.keep(1, of: b) == .later)
  }

  @Test("let the one that streams keep a mebibyte, whatever is kept of the others")
  func depth() {
    var turns = OutputTurns(share: 10)
    let tail = begin(&turns, one)
    #expect(turns.grant() == tail)
    #expect(turns.keep(OutputTurns.depth, of: tail) == .granted)
    #expect(turns.keep(1, of: tail) == .later)
    turns.release(OutputTurns.depth, of: tail)
    // However large one piece is.
    #expect(turns.keep(5 * OutputTurns.depth, of: tail) == .granted)
  }
}
