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
    var last: UInt64 = 0
  }

  /// Places lie so many bytes apart.
  private static let stride = 128
  /// The bits of an object's number that count; those above name the connection.
  private static let bits = 40

  private let memory: UnsafeMutableRawPointer
  private let count: Int

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
    if place.pointee.received & 63 == 0 { place.pointee.last = MonotonicClock.now() }
  }

  private let strays = Atomic<Int>(0)

  private func fault() { strays.wrappingAdd(1, ordering: .relaxed) }

  /// - Parameters:
  ///   - sent: How many objects each connection sent.
  ///   - begin: When all began.
  /// - Returns: Objects a second.
  func rate(sent: [Int], since begin: UInt64) throws -> Double {
    var received = 0
    var last: UInt64 = 0
    for (connection, sent) in sent.enumerated() {
      let place = place(connection).pointee
      guard place.received == sent, place.faults == 0 else {
        throw VerificationError(
          reason: "connection \(connection): \(place.received) of \(sent) arrived, "
            + "\(place.faults) of them others")
      }
      received += sent
      last = max(last, place.last)
    }
    guard strays.load(ordering: .relaxed) == 0, last > begin else {
      throw VerificationError(reason: "objects arrived that nobody sent, or none in time")
    }
    return Double(received) / Double(last - begin) * 1e9
  }
}
