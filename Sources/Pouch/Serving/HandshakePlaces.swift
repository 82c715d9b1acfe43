import PouchCore

/// The places of accepted connections that are not complete, and who loses one when they run out.
///
/// Each stage of the handshake has places of its own, so that an arrival displaces only a peer that
/// has come no further than itself: silence never costs a place of somebody who has spoken. A value
/// without a clock or I/O: it is told who arrives, advances and leaves, and says who must go.
///
/// Within a stage the oldest goes, which has had the most time to advance: a peer loses its place
/// after `places / rate` seconds in one stage. A good client is silent for up to one round trip, so
/// 3,000 silent arrivals a second and 100 ms take 300 places, and the 1,024 of `limits.silent` keep
/// each for 341 ms. (The 128 that all stages shared kept each for 43 ms. Displacing at random would
/// keep a good client with the probability exp(-3000 · 0.1 / 1024), which is 0.75: too little.) A
/// silent connection costs a descriptor and some 24 KiB, or 40 with TLS.
///
/// A source (an IPv4 address, a /64 of IPv6, or a user of a Unix socket) that holds more than a
/// sixteenth of a stage's places goes before the others, and an address never takes more than three
/// quarters: 768 places keep each for 256 ms when 3,000 a second come from the client's own address.
struct HandshakePlaces: Sendable {
  private struct Place {
    var stage: HandshakeStage
    var source: PeerOrigin?
  }

  private var places: [UInt64: Place] = [:]
  private var lines: [Line]

  /// - Parameters:
  ///   - silent: The places for those that have said nothing.
  ///   - begun: The places of every later stage.
  init(silent: Int, begun: Int) {
    lines = HandshakeStage.allCases.map { Line(places: max(1, $0 == .silent ? silent : begun)) }
  }

  /// How many connections are in `stage`.
  func count(in stage: HandshakeStage) -> Int { lines[stage.rawValue].count }

  /// How many numbers are kept, those of connections that have left included.
  var kept: Int { places.count + lines.reduce(0) { $0 + $1.kept } }

  /// Takes in connection `number`, which is larger than any before.
  ///
  /// - Returns: Who has lost its place to it.
  mutating func arrive(_ number: UInt64, from source: PeerOrigin?) -> UInt64? {
    enter(number, Place(stage: .silent, source: source))
  }

  /// Takes in again who has just lost its place among the silent, and turns out to have spoken.
  ///
  /// - Returns: Who has lost its place to it.
  mutating func readmit(_ number: UInt64, from source: PeerOrigin?) -> UInt64? {
    enter(number, Place(stage: .spoken, source: source))
  }

  /// Notes that connection `number` has come to `stage`.
  ///
  /// - Returns: Who has lost its place to it.
  mutating func advance(_ number: UInt64, to stage: HandshakeStage) -> UInt64? {
    guard let place = places[number], stage.rawValue > place.stage.rawValue else { return nil }
    leave(number)
    return enter(number, Place(stage: stage, source: place.source))
  }

  /// Notes that connection `number` is complete, or gone.
  mutating func leave(_ number: UInt64) {
    guard let place = places.removeValue(forKey: number) else { return }
    lines[place.stage.rawValue].remove(number, place.source)
  }

  /// Gives up a quarter of the silent connections, at least one: descriptors have run out.
  ///
  /// - Returns: Who has lost its place.
  mutating func yieldSilent() -> [UInt64] {
    let count = count(in: .silent)
    return (0..<(count + 3) / 4).compactMap { _ in
      let victim = lines[HandshakeStage.silent.rawValue].victim()
      if let victim { leave(victim) }
      return victim
    }
  }

  private mutating func enter(_ number: UInt64, _ place: Place) -> UInt64? {
    let victim = lines[place.stage.rawValue].victim(for: place.source)
    if let victim { leave(victim) }
    places[number] = place
    lines[place.stage.rawValue].append(number, place.source)
    return victim
  }
}

/// The connections in one stage, in the order in which they came to it.
private struct Line: Sendable {
  /// Numbers in order. Those that have left in the middle are skipped, and swept out in time.
  private struct Queue: Sendable {
    private var numbers: [UInt64] = []
    private var head = 0

    var kept: Int { numbers.count }

    mutating func append(_ number: UInt64) { numbers.append(number) }

    /// The oldest that is among `present`.
    mutating func first(_ present: Set<UInt64>) -> UInt64? {
      while head < numbers.count {
        if present.contains(numbers[head]) { return numbers[head] }
        head += 1
      }
      return nil
    }

    /// Sweeps out those that have left once they are the larger part.
    mutating func tidy(_ present: Set<UInt64>, count: Int) {
      guard numbers.count > 2 * count + 16 else { return }
      numbers = numbers[head...].filter(present.contains)
      head = 0
    }
  }

  private struct Share: Sendable {
    var count = 0
    var queue = Queue()
  }

  private let places: Int
  private var present: Set<UInt64> = []
  private var queue = Queue()
  private var shares: [PeerOrigin: Share] = [:]
  /// The sources that hold more than their share.
  private var greedy: Set<PeerOrigin> = []

  init(places: Int) { self.places = places }

  var count: Int { present.count }

  var kept: Int { queue.kept + shares.values.reduce(0) { $0 + $1.queue.kept } }

  private var fairShare: Int { max(1, places / 16) }

  /// The most that one address may take.
  private var mostOfOne: Int { places - places / 4 }

  mutating func append(_ number: UInt64, _ source: PeerOrigin?) {
    present.insert(number)
    queue.append(number)
    queue.tidy(present, count: present.count)
    guard let source else { return }
    let count = note(number, in: &shares[source, default: Share()])
    if count > fairShare { greedy.insert(source) }
  }

  private func note(_ number: UInt64, in share: inout Share) -> Int {
    share.count += 1
    share.queue.append(number)
    share.queue.tidy(present, count: share.count)
    return share.count
  }

  mutating func remove(_ number: UInt64, _ source: PeerOrigin?) {
    present.remove(number)
    guard let source, let count = shares[source]?.count else { return }
    if count == 1 { shares[source] = nil } else { shares[source]?.count = count - 1 }
    if count - 1 <= fairShare { greedy.remove(source) }
  }

  /// Who makes room for one more from `source`; nil when there is room.
  mutating func victim(for source: PeerOrigin?) -> UInt64? {
    if case .network? = source, let source, let count = shares[source]?.count, count >= mostOfOne {
      return shares[source]?.queue.first(present)
    }
    return present.count < places ? nil : victim()
  }

  /// Who goes first: the oldest of the source with the most beyond its share, or the oldest of all.
  mutating func victim() -> UInt64? {
    // At most sixteen have more than their share.
    if let source = greedy.max(by: { (shares[$0]?.count ?? 0) < (shares[$1]?.count ?? 0) }) {
      return shares[source]?.queue.first(present)
    }
    return queue.first(present)
  }
}
