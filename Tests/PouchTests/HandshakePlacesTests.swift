import PouchSockets
import Testing

@testable import Pouch
@testable import PouchCore

/// Who loses a place when many connect and do not go on, under a clock that the test drives.
@Suite("Places for handshakes")
struct HandshakePlacesTests {
  private typealias Source = PeerOrigin

  private static func address(_ number: Int) -> Source? {
    let parts = [number >> 16, number >> 8, number].map { "\($0 & 255)" }
    return Source(PeerIdentity(address: "127.\(parts.joined(separator: ".")):9"))
  }

  /// An attack, and good clients that come one after the other while it goes on.
  struct Load: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Connections a second.
    var rate: Int
    /// How far they go.
    var until = HandshakeStage.silent
    /// From how many addresses.
    var addresses: Int
    var isFromOwn = false
    var isTLS = false
  }

  private static let loads = [
    Load(testDescription: "3,000 silent from anywhere", rate: 3000, addresses: 1 << 20),
    Load(testDescription: "3,000 silent, to TLS", rate: 3000, addresses: 1 << 20, isTLS: true),
    Load(testDescription: "20,000 silent from 10 addresses", rate: 20_000, addresses: 10),
    Load(testDescription: "1,000 silent from its own", rate: 1000, addresses: 1, isFromOwn: true),
    Load(testDescription: "3,000 silent from its own", rate: 3000, addresses: 1, isFromOwn: true),
    Load(
      testDescription: "3,000 first bytes", rate: 3000, until: .spoken, addresses: 1 << 20,
      isTLS: true),
    Load(
      testDescription: "1,000 TLS hellos", rate: 1000, until: .answered, addresses: 1 << 20,
      isTLS: true),
    Load(
      testDescription: "5,000 TLS hellos from 10 addresses", rate: 5000, until: .answered,
      addresses: 10, isTLS: true),
  ]

  @Test("a client 100 ms away gets through, 40 of 40 times, against", arguments: loads)
  func flood(_ load: Load) {
    var places = HandshakePlaces(silent: Limits().silent, begun: Limits().unauthenticated)
    // Every stage takes the client one round trip.
    let steps: [HandshakeStage] = load.isTLS ? [.answered, .secured] : [.spoken]
    let own = Self.address(1)
    var next: UInt64 = 0
    var good: (number: UInt64, due: Int, step: Int)?
    var connected = 0
    var lost = 0
    // In microseconds.
    let gap = 1_000_000 / load.rate
    var now = 0
    while connected + lost < 40 {
      now += gap
      next += 1
      let attacker = load.isFromOwn ? own : Self.address(2 + Int(next) * 7919 % load.addresses)
      var victims = [places.arrive(next, from: attacker)]
      for stage in HandshakeStage.allCases.dropFirst() where stage.rawValue <= load.until.rawValue {
        victims.append(places.advance(next, to: stage))
      }
      if good == nil, now > 1_000_000 {
        next += 1
        victims.append(places.arrive(next, from: own))
        good = (next, now + 100_000, 0)
      }
      guard let current = good else { continue }
      if now >= current.due {
        victims.append(places.advance(current.number, to: steps[current.step]))
        good = (current.number, current.due + 100_000, current.step + 1)
        if current.step + 1 == steps.count {
          connected += 1
          places.leave(current.number)
          good = nil
        }
      }
      if victims.contains(current.number) {
        lost += 1
        good = nil
      }
    }
    #expect(connected == 40 && lost == 0)
  }

  @Test("the oldest of a stage makes room, and never one that has come further")
  func order() {
    var places = HandshakePlaces(silent: 3, begun: 2)
    for number in 1...3 as ClosedRange<UInt64> {
      #expect(places.arrive(number, from: nil) == nil)
    }
    #expect(places.advance(1, to: .spoken) == nil)
    #expect(places.advance(3, to: .secured) == nil)
    // 2 is silent still, and older than those that come now.
    #expect((4...5).map { places.arrive($0, from: nil) } == [nil, nil])
    #expect((6...8).map { places.arrive($0, from: nil) } == [2, 4, 5])
    #expect(places.advance(6, to: .spoken) == nil)
    #expect(places.advance(7, to: .spoken) == 1)
    // Nobody goes back, and who is gone is gone.
    #expect(places.advance(3, to: .spoken) == nil && places.count(in: .secured) == 1)
    #expect(places.advance(2, to: .spoken) == nil && places.count(in: .spoken) == 2)
    for number in 1...8 as ClosedRange<UInt64> { places.leave(number) }
    #expect(HandshakeStage.allCases.allSatisfy { places.count(in: $0) == 0 })
  }

  @Test("an address takes at most three quarters, and goes first where it has the most")
  func shares() {
    var places = HandshakePlaces(silent: 64, begun: 64)
    let (greedy, modest) = (Self.address(1), Self.address(2))
    #expect((1...48).allSatisfy { places.arrive($0, from: greedy) == nil })
    #expect(places.arrive(49, from: greedy) == 1)
    #expect((50...65).allSatisfy { places.arrive($0, from: modest) == nil })
    #expect(places.count(in: .silent) == 64)
    // Full: the one with the most gives way, though the other's are as old.
    #expect(places.arrive(66, from: Self.address(3)) == 2)
    #expect(places.arrive(67, from: modest) == 3)
    // Users of a Unix socket share, and have no bound.
    places = HandshakePlaces(silent: 64, begun: 64)
    let user = Source.user(1000)
    #expect((1...64).allSatisfy { places.arrive($0, from: user) == nil })
    #expect(places.arrive(65, from: .user(0)) == 1)
  }

  @Test("when descriptors run out, a quarter of the silent make room, and nobody else")
  func shortage() {
    var places = HandshakePlaces(silent: 64, begun: 64)
    for number in 1...9 as ClosedRange<UInt64> { _ = places.arrive(number, from: nil) }
    _ = places.advance(1, to: .spoken)
    #expect(places.yieldSilent() == [2, 3])
    for _ in 1...9 { _ = places.yieldSilent() }
    #expect(places.count(in: .silent) == 0 && places.count(in: .spoken) == 1)
    #expect(places.yieldSilent() == [])
  }

  @Test("what leaves in the middle does not pile up")
  func memory() {
    var places = HandshakePlaces(silent: 64, begun: 64)
    _ = places.arrive(1, from: Self.address(1))
    for number in 2...100_000 as ClosedRange<UInt64> {
      _ = places.arrive(number, from: Self.address(Int(number) & 3))
      places.leave(number)
    }
    #expect(places.count(in: .silent) == 1 && places.kept < 200)
  }

  @Test("a source is an IPv4 address, a /64 of IPv6, or a user")
  func sources() {
    func source(_ text: String) -> Source? { Source(PeerIdentity(address: text)) }
    #expect(source("192.0.2.1:7") == source("192.0.2.1:8"))
    #expect(source("192.0.2.1:7") != source("192.0.2.2:7"))
    #expect(source("192.0.2.1:7") == source("[::ffff:192.0.2.1]:7"))
    #expect(source("[::ffff:192.0.2.1]:7") != source("[::ffff:192.0.2.2]:7"))
    #expect(source("[2001:db8::1]:7") == source("[2001:db8::ffff:ffff]:8"))
    #expect(source("[2001:db8::1]:7") != source("[2001:db8:0:1::1]:7"))
    #expect(source("[fe80::1%eth0]:7") == source("[fe80::2%eth1]:7"))
    #expect(source("[::1]:7") != source("0.0.0.0:7"))
    #expect(source("memory") == nil && source("") == nil && source("[::1") == nil)
    let one = PeerIdentity(
      address: "unix:@a", credentials: .init(processID: 1, userID: 5, groupID: 1))
    let other = PeerIdentity(
      address: "unix:@b", credentials: .init(processID: 2, userID: 5, groupID: 2))
    #expect(Source(one) == .user(5) && Source(other) == .user(5))
  }
}
