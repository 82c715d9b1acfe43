/// An order-dependent checksum, cheap enough not to be what is measured.
struct Digest: Sendable {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  @inline(__always)
  mutating func add(_ words: SIMD8<UInt64>) {
    var folded = words[0]
    for index in 1..<8 { folded = (folded &<< 7 | folded &>> 57) ^ words[index] }
    mix(folded)
  }

  /// Takes in an object of less than a block, in whole words.
  mutating func add(short object: UnsafeRawBufferPointer) {
    for offset in stride(from: 0, to: object.count, by: 8) {
      mix(object.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
  }

  @inline(__always)
  private mutating func mix(_ word: UInt64) {
    value = (value ^ word) &* 0x0000_0100_0000_01B3
  }
}
