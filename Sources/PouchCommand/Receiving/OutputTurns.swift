internal import PouchCore

/// Whose turn it is at an output that takes one object after the other, and how much of those that
/// wait is kept: a value without I/O and clock.
///
/// An object takes its turn when it has arrived whole, in the order in which that happens. While none
/// is whole, an object that can be written as it comes may take the turn and stream. So a sender that
/// begins an object and says no more costs the others nothing.
struct OutputTurns: Sendable {
  /// Whether there is room for more of an object that waits.
  enum Room: Equatable {
    case granted
    /// There will be, without anything that this object holds up.
    case later
    /// Nothing that goes on by itself makes room.
    case never
  }

  private struct Entry: Sendable {
    let connection: ObjectIdentifier
    let origin: PeerOrigin?
    /// Whether it may be written before it is whole.
    let streams: Bool
    var isWhole: Bool
    /// What is kept of it, in bytes.
    var kept = 0
  }

  /// What may be kept for one origin, in bytes.
  let share: Int
  /// What may be kept for all together.
  var total: Int { share * 4 }
  /// What is kept of the object that streams before its sender has to wait.
  static let depth = 1 << 20

  private var entries: [UInt64: Entry] = [:]
  private var count: UInt64 = 0
  /// Objects that are whole and wait, in that order.
  private var whole: [UInt64] = []
  /// Objects that may stream and wait, in the order in which they began.
  private var streams: [UInt64] = []
  /// What is kept of all, in bytes.
  private(set) var kept = 0
  private var keptFor: [PeerOrigin?: Int] = [:]
  /// Whose turn it is.
  private(set) var holder: UInt64?

  init(share: Int) { self.share = share }

  /// Whether anybody but the holder is there.
  var someoneWaits: Bool { entries.count > (holder == nil ? 0 : 1) }

  /// Takes an object in.
  ///
  /// - Returns: Its number.
  mutating func begin(
    _ connection: ObjectIdentifier, from origin: PeerOrigin?, streams mayStream: Bool, isWhole: Bool
  ) -> UInt64 {
    count += 1
    entries[count] = Entry(
      connection: connection, origin: origin, streams: mayStream, isWhole: isWhole)
    if isWhole { whole.append(count) } else if mayStream { streams.append(count) }
    return count
  }

  /// Takes note that an object has arrived whole.
  mutating func complete(_ number: UInt64) {
    guard var entry = entries[number], !entry.isWhole else { return }
    entry.isWhole = true
    entries[number] = entry
    guard holder != number else { return }
    streams.removeAll { $0 == number }
    whole.append(number)
  }

  /// Asks to keep some more bytes of an object that is coming.
  mutating func keep(_ bytes: Int, of number: UInt64) -> Room {
    guard let entry = entries[number] else { return .never }
    if holder == number {
      guard entry.kept == 0 || entry.kept + bytes <= OutputTurns.depth else { return .later }
    } else if keptFor[entry.origin, default: 0] + bytes > share || kept + bytes > total {
      return makesRoom(for: entry, number) ? .later : .never
    }
    add(bytes, to: number)
    return .granted
  }

  /// Keeps bytes that were not asked for: what a place takes beyond what it holds.
  mutating func add(_ bytes: Int, to number: UInt64) {
    guard let entry = entries[number] else { return }
    entries[number]?.kept += bytes
    kept += bytes
    keptFor[entry.origin, default: 0] += bytes
  }

  /// Takes note that bytes of an object are kept no more.
  mutating func release(_ bytes: Int, of number: UInt64) { add(-bytes, to: number) }

  /// Whether something goes on and will make room, though this object's connection is not read.
  private func makesRoom(for entry: Entry, _ number: UInt64) -> Bool {
    if !whole.isEmpty { return true }
    guard let holder, let first = entries[holder] else {
      // Its own turn comes next.
      return streams.first == number
    }
    return first.isWhole || first.connection != entry.connection
  }

  /// Lets an object go.
  mutating func end(_ number: UInt64) {
    guard let entry = entries.removeValue(forKey: number) else { return }
    kept -= entry.kept
    keptFor[entry.origin, default: 0] -= entry.kept
    if keptFor[entry.origin] == 0 { keptFor[entry.origin] = nil }
    if holder == number { holder = nil }
    whole.removeAll { $0 == number }
    streams.removeAll { $0 == number }
  }

  /// Gives the turn to the next object, if it is free.
  ///
  /// - Returns: Who has it now and had it not before.
  mutating func grant() -> UInt64? {
    guard holder == nil else { return nil }
    if !whole.isEmpty {
      holder = whole.removeFirst()
    } else if !streams.isEmpty {
      holder = streams.removeFirst()
    }
    return holder
  }
}
