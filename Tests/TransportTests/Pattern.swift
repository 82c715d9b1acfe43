import Glibc
import PouchCore

/// An endless run of bytes that can be asked for, and checked, at any position.
///
/// Its period shares no divisor with any buffer size, so that a piece that is missing, repeated
/// or in the wrong place does not look right.
struct Pattern: Sendable {
  private static let period = 1_000_003
  private static let block: Bytes = {
    var generator = SplitMix(seed: 7447)
    var buffer = ByteBuffer(capacity: 2 * period)
    let once = (0..<period).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    buffer.append(once)
    buffer.append(once)
    return buffer.freeze()
  }()

  /// At most `period` bytes from `position` on.
  private func window(at position: Int, _ count: Int) -> Bytes {
    let start = position % Pattern.period
    return Pattern.block[start..<start + count]
  }

  func bytes(at position: Int, _ count: Int) -> Bytes {
    guard count > Pattern.period else { return window(at: position, count) }
    var buffer = ByteBuffer(capacity: count)
    var done = 0
    while done < count {
      let length = min(count - done, Pattern.period)
      buffer.append(window(at: position + done, length))
      done += length
    }
    return buffer.freeze()
  }

  func matches(_ bytes: Bytes, at position: Int) -> Bool {
    var done = 0
    while done < bytes.count {
      let length = min(bytes.count - done, Pattern.period)
      let isSame = window(at: position + done, length).withUnsafeBytes { expected in
        bytes[done..<done + length].withUnsafeBytes { found in
          guard let expected = expected.baseAddress, let found = found.baseAddress else {
            return true
          }
          return memcmp(expected, found, length) == 0
        }
      }
      guard isSame else { return false }
      done += length
    }
    return true
  }
}

/// A small generator with a seed (SplitMix64), so that a failing run can be repeated.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
