/// What every workload carries: the same objects, in the same number and order.
///
/// An object is the same pattern of its size, with a block at its beginning and one at its end that
/// depend on its number: a lost, doubled, swapped, cut or altered object shows.
///
/// `@unchecked Sendable`: the pattern is memory that is written once and stays for as long as the
/// process does.
struct Load: @unchecked Sendable {
  /// Bytes in an object: 16, 32, or a multiple of `block`.
  let size: Int
  /// Objects sent before the clock starts.
  let warmUp: Int
  /// Objects that are timed.
  let count: Int
  /// What an object holds between the blocks that are its own.
  let pattern: UnsafeRawBufferPointer

  /// Bytes that are written, and looked at, together.
  static let block = 64

  init(size: Int, warmUp: Int, count: Int) {
    precondition(size == 16 || size == 32 || (size >= 64 && size.isMultiple(of: Load.block)))
    self.size = size
    self.warmUp = warmUp
    self.count = count
    pattern = Pattern.shared.bytes(size)
  }

  var total: Int { warmUp + count }

  private static let words = SIMD8<UInt64>(
    0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB, 0xD6E8_FEB8_6659_FD93,
    0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB, 0x8EBC_6AF0_9C88_C6E3, 0x5899_65CC_7537_4CC3)

  /// What the object with this number begins with.
  @inline(__always)
  static func head(_ index: Int) -> SIMD8<UInt64> {
    words &+ SIMD8(repeating: UInt64(truncatingIfNeeded: index))
  }

  /// What the object with this number ends with, when it has more than one block.
  @inline(__always)
  static func tail(_ index: Int) -> SIMD8<UInt64> { ~head(index) }

  /// Makes an object out of memory that holds the pattern or another object of this load.
  @inline(__always)
  func stamp(_ index: Int, _ object: UnsafeMutableRawBufferPointer) {
    guard size >= Load.block else { return stampShort(index, object) }
    object.storeBytes(of: Load.head(index), as: SIMD8<UInt64>.self)
    guard size > Load.block else { return }
    object.storeBytes(
      of: Load.tail(index), toByteOffset: size - Load.block, as: SIMD8<UInt64>.self)
  }

  private func stampShort(_ index: Int, _ object: UnsafeMutableRawBufferPointer) {
    withUnsafeBytes(of: Load.head(index)) {
      object.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<size]))
    }
  }

  /// Makes an object in memory that holds anything.
  func write(_ index: Int, _ object: UnsafeMutableRawBufferPointer) {
    object.copyMemory(from: pattern)
    stamp(index, object)
  }

  /// The digest of all of the load's objects, in order.
  func expectedDigest() -> UInt64 {
    var digest = Digest()
    for index in 0..<total {
      if size < Load.block {
        withUnsafeBytes(of: Load.head(index)) {
          digest.add(short: UnsafeRawBufferPointer(rebasing: $0[..<size]))
        }
      } else {
        digest.add(Load.head(index))
        if size > Load.block { digest.add(Load.tail(index)) }
      }
    }
    return digest.value
  }
}
