import Glibc

/// What a receiver keeps: how many objects came, what was in them, and when.
///
/// The clock runs from the last warm-up object to the last object of all, both on the receiving
/// side, so that connecting is not measured and sending is not believed before it has arrived.
struct Meter: Sendable {
  private let load: Load
  private(set) var received = 0
  private(set) var sizeErrors = 0
  private var digest = Digest()
  // Nanoseconds; plain numbers, so that a meter has a fixed layout and costs every workload the same.
  private var started: UInt64 = 0
  private var ended: UInt64 = 0

  init(_ load: Load) {
    self.load = load
  }

  var isComplete: Bool { received >= load.total }

  /// Takes in one object as it arrived.
  @inline(__always)
  mutating func add(_ object: UnsafeRawBufferPointer) {
    if object.count == Load.objectSize {
      digest.add(object.loadUnaligned(as: SIMD8<UInt64>.self))
    } else {
      sizeErrors += 1
    }
    received += 1
    if received == load.warmUp { started = Self.now() }
    if received == load.total { ended = Self.now() }
  }

  @inline(never)
  private static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Objects a second, if what arrived is what was sent.
  func rate(expecting expected: UInt64) throws(VerificationError) -> Double {
    guard received == load.total else {
      throw VerificationError(reason: "\(received) objects arrived of \(load.total)")
    }
    guard sizeErrors == 0 else {
      throw VerificationError(reason: "\(sizeErrors) objects did not have 64 bytes")
    }
    guard digest.value == expected else {
      throw VerificationError(reason: "the content differs from what was sent")
    }
    guard started > 0, ended > started else {
      throw VerificationError(reason: "the clock did not run")
    }
    return Double(load.count) / Double(ended - started) * 1e9
  }
}

/// What arrived is not what was sent.
struct VerificationError: Error, CustomStringConvertible {
  let reason: String
  var description: String { reason }
}
