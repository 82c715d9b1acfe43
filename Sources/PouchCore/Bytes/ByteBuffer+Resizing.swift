extension ByteBuffer {
  /// The size of the memory, in bytes.
  package var capacity: Int { storage?.capacity ?? 0 }

  /// Gives the buffer memory of exactly `capacity` bytes, at least as many as it uses.
  ///
  /// A large block changes its size without a copy, and costs memory only where it is written:
  /// the way to gather what comes little by little into one run of bytes.
  ///
  /// - Returns: false when the system has no such memory; nothing has changed then.
  package mutating func resize(to capacity: Int) -> Bool {
    precondition(capacity >= end, "less than the buffer uses")
    // Asked before the storage is bound to a name, which would count as a second reference.
    if storage == nil || isKnownUniquelyReferenced(&storage) {
      let current = storage ?? ByteStorage(capacity: 0)
      guard let resized = current.resized(to: capacity) else { return false }
      storage = resized
    } else if let current = storage {
      let fresh = ByteStorage(capacity: capacity)
      fresh.base.copyMemory(from: current.base, byteCount: end)
      storage = fresh
    }
    return true
  }
}
