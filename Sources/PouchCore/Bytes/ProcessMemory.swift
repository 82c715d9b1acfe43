internal import CPouchSystem

/// The memory of this process, as the system sees it.
package struct ProcessMemory: Sendable {
  /// How many bytes are resident; 0 where that cannot be found out.
  package var resident: @Sendable () -> Int
  /// Gives pages that hold nothing back to the system. Takes milliseconds, in which other threads may
  /// wait for memory.
  package var giveBack: @Sendable () -> Void

  package init(resident: @escaping @Sendable () -> Int, giveBack: @escaping @Sendable () -> Void) {
    self.resident = resident
    self.giveBack = giveBack
  }

  package static let real = ProcessMemory(
    resident: { Int(clamping: pouch_memory_resident()) }, giveBack: { pouch_memory_give_back() })
}
