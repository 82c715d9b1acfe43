import Synchronization

/// What a receiver counts of several connections, each of which sends its own objects in order.
///
/// `@unchecked Sendable`: the place of a connection is used by its handler alone, which runs for
/// one object at a time; all of it is read when the receiver has ended. Each place has cache lines
/// of its own.
final class ConnectionTallies: @unchecked Sendable {
  private struct Place {
    var received = 0
    var faults = 0
    /// How many had come when the clock was seen to run.
    var warmUp = 0
    var last: UInt64 = 0
  }

  /// Places lie so many bytes apart.
  private static let stride = 128
  /// The bits of an object's number that count; those above name the connection.
  private static let bits = 40

  private let memory: UnsafeMutableRawPointer
  private let count: Int

  /// When the clock starts; no time before it is known.
  private let start = Atomic<UInt64>(.max)

  init(_ count: Int) {
    self.count = count
    memory = .allocate(byteCount: count * Self.stride, alignment: Self.stride)
    for connection in 0..<count {
      place(connection).initialize(to: Place())
    }
  }

  deinit {
    memory.deallocate()
  }

  private func place(_ connection: Int) -> UnsafeMutablePointer<Place> {
    (memory + connection * Self.stride).assumingMemoryBound(to: Place.self)
  }

  /// The object of a connection with this number.
  @inline(__always)
  static func object(_ connection: Int, _ number: Int) -> SIMD8<UInt64> {
    Load.head(connection << bits | number)
  }

  /// Takes in an object of any connection.
  func add(_ object: UnsafeRawBufferPointer) {
    guard object.count == Load.block else { return fault() }
    let words = object.loadUnaligned(as: SIMD8<UInt64>.self)
    let index = words[0] &- Load.head(0)[0]
    let connection = Int(truncatingIfNeeded: index &>> UInt64(Self.bits))
    guard connection >= 0, connection < count else { return fault() }
    let place = place(connection)
    if words != Self.object(connection, place.pointee.received) { place.pointee.faults += 1 }
    place.pointee.received += 1
    // Often enough to know when the last one came, and too seldom to be measured.
    if place.pointee.received & 15 == 0 { look(place) }
  }

  @inline(never)
  private func look(_ place: UnsafeMutablePointer<Place>) {
    place.pointee.last = MonotonicClock.now()
    guard place.pointee.last >= start.load(ordering: .relaxed) else {
      place.pointee.warmUp = place.pointee.received
      return
    }
  }

  /// Starts the clock at a time to come; what arrives before it is not counted.
  func startClock(at time: UInt64) { start.store(time, ordering: .relaxed) }

  private let strays = Atomic<Int>(0)

  private func fault() { strays.wrappingAdd(1, ordering: .relaxed) }

  /// - Parameter sent: How many objects each connection sent.
  /// - Returns: Objects a second.
  func rate(sent: [Int]) throws -> Double {
    let begin = start.load(ordering: .relaxed)
    var received = 0
    var last: UInt64 = 0
    for (connection, sent) in sent.enumerated() {
      let place = place(connection).pointee
      guard place.received == sent, place.faults == 0 else {
        throw VerificationError(
          reason: "connection \(connection): \(place.received) of \(sent) arrived, "
            + "\(place.faults) of them others")
      }
      received += sent - place.warmUp
      last = max(last, place.last)
    }
    guard strays.load(ordering: .relaxed) == 0, last > begin else {
      throw VerificationError(reason: "objects arrived that nobody sent, or none in time")
    }
    return Double(received) / Double(last - begin) * 1e9
  }
}
