import Glibc

/// What a receiver keeps: how many objects came, what was in them, and when.
///
/// The clock runs from the last warm-up object to the last object of all, both on the receiving
/// side, so that connecting is not measured and sending is not believed before it has arrived.
struct Meter: Sendable {
  private let load: Load
  private(set) var received = 0
  private var sizeErrors = 0
  private var contentErrors = 0
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
    if object.count != load.size {
      sizeErrors += 1
    } else if load.size == Load.block {
      digest.add(object.loadUnaligned(as: SIMD8<UInt64>.self))
    } else {
      addOther(object)
    }
    received += 1
    if received == load.warmUp { started = MonotonicClock.now() }
    if received == load.total { ended = MonotonicClock.now() }
  }

  /// Its own blocks, and a sixteenth of what is between them: another one for each object, so that
  /// any 16 objects in a row are looked at everywhere, and looking is not what is measured.
  @inline(never)
  private mutating func addOther(_ object: UnsafeRawBufferPointer) {
    guard load.size > Load.block else { return digest.add(short: object) }
    digest.add(object.loadUnaligned(as: SIMD8<UInt64>.self))
    digest.add(
      object.loadUnaligned(
        fromByteOffset: load.size - Load.block, as: SIMD8<UInt64>.self))
    let blocks = load.size / Load.block
    let share = (blocks + 15) / 16
    let first = max(1, (received & 15) * share)
    let last = min(blocks - 1, (received & 15) * share + share)
    guard first < last, let bytes = object.baseAddress, let pattern = load.pattern.baseAddress
    else { return }
    let offset = first * Load.block
    if memcmp(bytes + offset, pattern + offset, (last - first) * Load.block) != 0 {
      contentErrors += 1
    }
  }

  /// Nanoseconds from the last warm-up object to the last one.
  var elapsed: UInt64 { ended > started ? ended - started : 0 }

  /// Objects a second, if what arrived is what was sent.
  func rate(expecting expected: UInt64) throws(VerificationError) -> Double {
    guard received == load.total else {
      throw VerificationError(reason: "\(received) objects arrived of \(load.total)")
    }
    guard sizeErrors == 0 else {
      throw VerificationError(reason: "\(sizeErrors) objects did not have \(load.size) bytes")
    }
    guard digest.value == expected, contentErrors == 0 else {
      throw VerificationError(reason: "the content differs from what was sent")
    }
    guard started > 0, ended > started else {
      throw VerificationError(reason: "the clock did not run")
    }
    return Double(load.count) / Double(ended - started) * 1e9
  }
}
