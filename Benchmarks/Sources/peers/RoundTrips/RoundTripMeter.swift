import Measuring

/// What the asking side of round trips keeps: how long each took, and that every reply is the
/// object that was sent.
struct RoundTripMeter: Sendable {
  private var times: [Double] = []
  private var index = 0
  private var began: UInt64 = 0
  private let start: UInt64
  private let warm: UInt64
  private let end: UInt64

  /// - Parameter seconds: How long objects are sent; the first tenth is not counted.
  init(seconds: Double) {
    start = MonotonicClock.now()
    warm = start + UInt64(seconds * 1e8)
    end = start + UInt64(seconds * 1e9)
    times.reserveCapacity(100_000)
  }

  /// The next object, whose time begins now; nil when the time is over.
  mutating func next() -> SIMD8<UInt64>? {
    began = MonotonicClock.now()
    return began < end ? Load.head(index) : nil
  }

  /// Takes in the reply to the last object.
  mutating func take(_ reply: UnsafeRawBufferPointer) throws(VerificationError) {
    let now = MonotonicClock.now()
    guard reply.count == Load.block,
      reply.loadUnaligned(as: SIMD8<UInt64>.self) == Load.head(index)
    else { throw VerificationError(reason: "a reply differs from what was sent") }
    if began >= warm { times.append(Double(now - began) / 1000) }
    index += 1
  }

  /// The median in microseconds.
  func median() throws(VerificationError) -> Double {
    guard times.count >= 10 else {
      throw VerificationError(reason: "there were \(times.count) round trips only")
    }
    return times.median
  }
}
