internal import CPouchSystem
internal import Synchronization

/// A descriptor kept for hard times.
final class SpareDescriptor: Sendable {
  private let descriptor = Mutex<Int32?>(nil)

  deinit {
    giveUp()
  }

  /// Opens it if it is not open.
  ///
  /// - Returns: Whether it is open now.
  func hold() -> Bool {
    descriptor.withLock { descriptor in
      if descriptor == nil {
        let opened = pouch_open_null()
        if opened >= 0 { descriptor = opened }
      }
      return descriptor != nil
    }
  }

  /// Leaves its place in the process's table to others.
  func giveUp() {
    descriptor.withLock { descriptor in
      if let open = descriptor { _ = pouch_close(open) }
      descriptor = nil
    }
  }
}
