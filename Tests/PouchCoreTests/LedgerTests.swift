import PouchCore
import Testing

@Suite("Ledgers")
struct LedgerTests {
  @Test(
    "a settled set agrees with a plain set, whatever comes in whatever order", arguments: 0..<20)
  func settledSet(_ seed: UInt64) {
    var random = Seeded(seed)
    var settled = SettledSet()
    var plain: Set<UInt64> = []
    for _ in 0..<200 {
      let lower = UInt64.random(in: 1...300, using: &random)
      let upper = min(300, lower + UInt64.random(in: 0...8, using: &random))
      settled.insert(lower...upper)
      plain.formUnion(lower...upper)
      #expect(settled.count == UInt64(plain.count))
      for id in UInt64(1)...301 { #expect(settled.contains(id) == plain.contains(id)) }
      for (left, right) in zip(settled.ranges, settled.ranges.dropFirst()) {
        #expect(left.upperBound + 1 < right.lowerBound)
      }
    }
  }

  @Test("an ACK that is cut, out of order or of an unknown level is refused")
  func malformedAcknowledgement() {
    var outOfOrder = Vectors.acknowledgement
    outOfOrder[16] = 3
    var unknownLevel = Vectors.acknowledgement
    unknownLevel[0] = 9
    for bytes in [Array(Vectors.acknowledgement.dropLast()), outOfOrder, unknownLevel, []] {
      let error = #expect(throws: PouchError.self) { try Acknowledgement(reading: Bytes(bytes)) }
      #expect(error?.code == .badData)
    }
  }

  @Test("the sender's books balance through acknowledgement and refusal")
  func sendLedger() throws {
    var ledger = SendLedger()
    for _ in 1...10 { _ = ledger.accept(charging: 100) }
    ledger.charge(1...4, 400)
    ledger.charge(5...10, 600)
    ledger.handOver()
    #expect(ledger.bytesInFlight == 1000)
    try ledger.settle(Acknowledgement(level: .processed, upTo: 4))
    #expect(ledger.bytesInFlight == 600)
    #expect(try ledger.refuse(7))
    #expect(try !ledger.refuse(7))
    try ledger.settle(Acknowledgement(level: .processed, upTo: 9))
    #expect(ledger.refused == 1)
    #expect(ledger.acknowledged == 8)
    #expect(ledger.inFlight == 1)
    #expect(ledger.accepted == ledger.acknowledged + ledger.refused + ledger.inFlight)
  }

  @Test("an unfinished large object does not keep the window of later ones closed")
  func chargesBeyondTheMark() throws {
    var ledger = SendLedger()
    _ = ledger.accept(charging: 0)  // chunked, not finished
    _ = ledger.accept(charging: 500)
    ledger.charge(2...2, 500)
    ledger.handOver()
    try ledger.settle(Acknowledgement(level: .processed, upTo: 0, ranges: [2...2]))
    #expect(ledger.bytesInFlight == 0)
    #expect(ledger.inFlight == 1)
  }

  @Test("an ACK or NACK of what was never sent is refused")
  func impossibleAcknowledgement() {
    var ledger = SendLedger()
    _ = ledger.accept(charging: 1)
    ledger.handOver()
    #expect(throws: PouchError.self) {
      try ledger.settle(Acknowledgement(level: .processed, upTo: 2))
    }
    #expect(throws: PouchError.self) {
      try ledger.settle(Acknowledgement(level: .processed, upTo: 0, ranges: [2...UInt64.max]))
    }
    #expect(throws: PouchError.self) { try ledger.refuse(2) }
    #expect(throws: PouchError.self) { try ledger.refuse(0) }
  }

  @Test("CLOSE is written and read as the vector says")
  func closing() throws {
    let expected = Closing(last: 3, code: "done")
    #expect(expected.encoded() == Vectors.closing)
    #expect(try Closing(reading: Bytes(Vectors.closing)) == expected)
  }
}

/// SplitMix64: the same numbers for the same seed, on every machine.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
