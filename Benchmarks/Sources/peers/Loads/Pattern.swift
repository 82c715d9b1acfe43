import Synchronization

/// The pattern that objects are made of: bytes without order, which nothing can compress.
final class Pattern: Sendable {
  static let shared = Pattern()

  /// The memory is never given back, because loads point at it.
  private struct Memory: @unchecked Sendable {
    var bytes: UnsafeRawBufferPointer
  }

  private let memories = Mutex<[Int: Memory]>([:])

  /// The first `size` bytes of the pattern.
  func bytes(_ size: Int) -> UnsafeRawBufferPointer {
    memories.withLock { memories in
      if let known = memories[size] { return known }
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
      // xorshift64.
      var state: UInt64 = 0x2545_F491_4F6C_DD1D
      for offset in stride(from: 0, to: size, by: 8) {
        state ^= state &<< 13
        state ^= state &>> 7
        state ^= state &<< 17
        memory.storeBytes(of: state, toByteOffset: offset, as: UInt64.self)
      }
      let made = Memory(bytes: UnsafeRawBufferPointer(memory))
      memories[size] = made
      return made
    }.bytes
  }
}
