internal import Synchronization

/// Counts who is inside a system call on a descriptor, so that it is closed exactly once, and
/// never under somebody who is using its number.
///
/// The owner counts as one user. Whoever leaves last after `close()` releases the descriptor.
struct DescriptorUse: ~Copyable, Sendable {
  private static let closing: UInt32 = 1 << 31
  private let value = Atomic<UInt32>(1)

  /// Whether `close()` was called.
  var isClosing: Bool {
    value.load(ordering: .acquiring) & DescriptorUse.closing != 0
  }

  /// Counts the caller in, unless the descriptor is closing; it must then `leave()`.
  func enter() -> Bool {
    var current = value.load(ordering: .relaxed)
    while current & DescriptorUse.closing == 0 {
      let (exchanged, original) = value.weakCompareExchange(
        expected: current, desired: current + 1, ordering: .acquiring)
      if exchanged { return true }
      current = original
    }
    return false
  }

  /// - Returns: Whether the caller was the last and must release the descriptor.
  func leave() -> Bool {
    value.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == DescriptorUse.closing
  }

  /// Lets nobody in any more; the first caller must then `leave()` in the owner's name.
  ///
  /// - Returns: Whether the caller is the first.
  func close() -> Bool {
    value.bitwiseOr(DescriptorUse.closing, ordering: .acquiringAndReleasing).oldValue
      & DescriptorUse.closing == 0
  }
}
