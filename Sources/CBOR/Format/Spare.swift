internal import Synchronization

/// Keeps one object between calls and gives it to one caller at a time.
///
/// `@unchecked Sendable`: taking an object takes it away, so it never has two owners, and that is
/// all that an object needs that is not `Sendable` itself.
final class Spare<Object: AnyObject>: @unchecked Sendable {
  private let kept = Atomic<Unmanaged<Object>?>(nil)

  deinit { kept.load(ordering: .relaxed)?.release() }

  /// Gives up the object, where there is one and nobody else has it.
  @inline(__always)
  func take() -> Object? { kept.exchange(nil, ordering: .acquiring)?.takeRetainedValue() }

  /// Keeps an object that nobody else holds; one that is kept already is let go.
  @inline(__always)
  func put(_ object: Object) {
    kept.exchange(.passRetained(object), ordering: .acquiringAndReleasing)?.release()
  }
}
