internal import CPouchSystem

/// A lock around a value, biased towards the thread of one event loop: that thread takes it with a
/// few plain loads and stores as long as no other thread asks for it.
///
/// Others may ask at any time. The first one to do so waits for a barrier in all threads of the
/// process (membarrier(2), some microseconds); from then on the lock is an ordinary mutex, until the
/// loop has taken it a thousand times in a row. Where the kernel has no such barrier it is always
/// an ordinary mutex. It does not nest, like `Mutex`.
///
/// `@unchecked Sendable`: the value is touched under the lock alone. The memory behind the pointers
/// is this object's own, from `init` to `deinit`.
final class BiasedMutex<Value: ~Copyable & Sendable>: @unchecked Sendable {
  private let lock: UnsafeMutablePointer<pouch_lock>
  private let value: UnsafeMutablePointer<Value>

  /// - Parameter owner: Whose thread the lock is biased towards: an executor whose jobs all run on
  ///   one thread, such as an event loop. Without one it is an ordinary mutex.
  init(_ initial: consuming Value, owner: (any TaskExecutor)? = nil) {
    lock = .allocate(capacity: 1)
    value = .allocate(capacity: 1)
    value.initialize(to: initial)
    pouch_lock_create(
      lock, owner.map { UnsafeRawPointer(Unmanaged.passUnretained($0 as AnyObject).toOpaque()) })
  }

  deinit {
    pouch_lock_destroy(lock)
    lock.deallocate()
    value.deinitialize(count: 1)
    value.deallocate()
  }

  /// Calls `body` with the value while nobody else can reach it.
  @inline(__always)
  func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let how = pouch_lock_take(lock)
    defer {
      pouch_lock_leave(lock, how)
      extendLifetime(self)
    }
    return try body(&value.pointee)
  }
}
