internal import Synchronization

/// Listeners that ran out of descriptors, and are told when a socket of this process lets one go.
enum DescriptorShortage {
  private static let count = Atomic<Int>(0)
  private static let listeners = Mutex<[ObjectIdentifier: Socket]>([:])

  /// Nudges `listener` whenever a descriptor is closed, until `end`.
  ///
  /// - Returns: Whether it was not on the list already.
  static func begin(_ listener: Socket) -> Bool {
    listeners.withLock { listeners in
      let isNew = listeners.updateValue(listener, forKey: ObjectIdentifier(listener)) == nil
      count.store(listeners.count, ordering: .sequentiallyConsistent)
      return isNew
    }
  }

  static func end(_ listener: Socket) {
    guard count.load(ordering: .sequentiallyConsistent) > 0 else { return }
    listeners.withLock { listeners in
      listeners[ObjectIdentifier(listener)] = nil
      count.store(listeners.count, ordering: .sequentiallyConsistent)
    }
  }

  static func descriptorWasClosed() {
    guard count.load(ordering: .sequentiallyConsistent) > 0 else { return }
    for listener in listeners.withLock({ Array($0.values) }) { listener.nudgeReader() }
  }
}
