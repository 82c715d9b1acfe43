/// Remembers the outcome of a dynamic cast of a type, which costs more than most values do.
struct TypeCache<Outcome>: ~Copyable {
  private struct Slot {
    var type: ObjectIdentifier?
    var outcome: Outcome?
  }

  /// A power of two; two types that share a slot only take turns in it.
  private static var size: Int { 64 }
  private let slots: UnsafeMutablePointer<Slot>

  init() {
    slots = .allocate(capacity: Self.size)
    slots.initialize(repeating: Slot(type: nil, outcome: nil), count: Self.size)
  }

  deinit {
    slots.deinitialize(count: Self.size)
    slots.deallocate()
  }

  @inline(__always)
  func lookup<T>(_ type: T.Type, _ cast: () -> Outcome?) -> Outcome? {
    let identifier = ObjectIdentifier(type)
    let address = UInt(bitPattern: identifier)
    let slot = slots + Int(bitPattern: (address >> 4 ^ address >> 10) & UInt(Self.size &- 1))
    if slot.pointee.type == identifier { return slot.pointee.outcome }
    let outcome = cast()
    slot.pointee = Slot(type: identifier, outcome: outcome)
    return outcome
  }
}
