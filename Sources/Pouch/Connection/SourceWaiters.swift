/// Who waits, beside an object's source, for what makes it vain to wait for that.
struct SourceWaiters: Sendable {
  /// Those of objects of which nothing is accepted yet.
  private var before: [ObjectIdentifier: Waiter] = [:]
  /// Those of objects that have begun.
  private var begun: [UInt64: Waiter] = [:]

  mutating func insert(_ waiter: Waiter) { before[ObjectIdentifier(waiter)] = waiter }

  /// Books that the object has begun, as number `id`.
  mutating func begin(_ id: UInt64, _ waiter: Waiter) {
    before[ObjectIdentifier(waiter)] = nil
    begun[id] = waiter
  }

  /// - Parameter id: The object's number; nil when it has not begun.
  mutating func remove(_ waiter: Waiter, _ id: UInt64?) {
    if let id { begun[id] = nil } else { before[ObjectIdentifier(waiter)] = nil }
  }

  /// Moves the one who waits beside the source of object `id` to the end of `ready`.
  mutating func take(_ id: UInt64, into ready: inout [Waiter]) {
    if let waiter = begun.removeValue(forKey: id) { ready.append(waiter) }
  }

  /// Moves those whose objects have not begun to the end of `ready`.
  mutating func takeThoseBefore(into ready: inout [Waiter]) {
    ready += before.values
    before = [:]
  }

  /// Moves everybody to the end of `ready`.
  mutating func takeAll(into ready: inout [Waiter]) {
    takeThoseBefore(into: &ready)
    ready += begun.values
    begun = [:]
  }
}
