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

  /// Sees to it that blocks above 4 MiB go back to the system as soon as they are freed, and that about
  /// as much is kept of smaller ones in each arena: for a program that serves others, at its start. Of
  /// objects that unfold to many times their size tens of MiB stayed otherwise.
  package static func bound() { pouch_memory_bound(4 << 20) }
}
