/// What every workload carries: the same objects, in the same number and order.
///
/// Object *i* is 64 bytes, eight words that all depend on *i*, so that a lost, doubled, swapped or
/// altered object changes the digest.
struct Load: Sendable {
  static let objectSize = 64

  /// Objects sent before the clock starts.
  let warmUp: Int
  /// Objects that are timed.
  let count: Int

  var total: Int { warmUp + count }

  private static let pattern = SIMD8<UInt64>(
    0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB, 0xD6E8_FEB8_6659_FD93,
    0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB, 0x8EBC_6AF0_9C88_C6E3, 0x5899_65CC_7537_4CC3)

  /// The content of the object with this index.
  @inline(__always)
  static func object(_ index: Int) -> SIMD8<UInt64> {
    pattern &+ SIMD8(repeating: UInt64(truncatingIfNeeded: index))
  }

  /// The digest of the first `total` objects, in order.
  func expectedDigest() -> UInt64 {
    var digest = Digest()
    for index in 0..<total { digest.add(Self.object(index)) }
    return digest.value
  }
}

/// An order-dependent checksum, cheap enough not to be what is measured.
struct Digest {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  @inline(__always)
  mutating func add(_ words: SIMD8<UInt64>) {
    var folded = words[0]
    for index in 1..<8 { folded = (folded &<< 7 | folded &>> 57) ^ words[index] }
    value = (value ^ folded) &* 0x0000_0100_0000_01B3
  }
}
