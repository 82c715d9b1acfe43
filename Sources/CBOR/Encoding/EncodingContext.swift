internal import Synchronization

/// What all sessions of one call share, kept between calls for its memory and for what it has
/// learnt about types.
final class EncodingContext {
  let writer = Writer()
  var userInfo: [CodingUserInfoKey: any Sendable] = [:]
  /// How deeply containers may be nested.
  var depth = 0
  /// Whether a map was written by more than one container, so that keys may collide.
  var mayRepeatKeys = false
  private let types = TypeCache<any DirectlyEncodable.Type>()

  /// The type as one that writes itself, where it is one.
  @inline(__always)
  func directType<T>(of type: T.Type) -> (any DirectlyEncodable.Type)? {
    types.lookup(type) { type as? any DirectlyEncodable.Type }
  }
}

/// Keeps one object between calls and gives it to one caller at a time.
final class Spare<Object: AnyObject>: Sendable {
  // One owner at a time is all that an object needs that is not Sendable.
  private struct Kept: @unchecked Sendable { var object: Object? }
  private let kept = Mutex(Kept())

  func take() -> Object? {
    let taken = kept.withLock { kept in
      defer { kept.object = nil }
      return Kept(object: kept.object)
    }
    return taken.object
  }

  func put(_ object: Object) {
    let returned = Kept(object: object)
    kept.withLock { $0 = returned }
  }
}
