/// What the sessions of one call share, kept between calls for what it has learnt about types.
final class EncodingContext {
  var userInfo: [CodingUserInfoKey: any Sendable] = [:]
  /// How deeply containers may be nested.
  @exclusivity(unchecked) var depth = 0
  /// Whether a map was written by more than one container, so that keys may collide.
  @exclusivity(unchecked) var mayRepeatKeys = false
  private let types = TypeCache<any DirectlyEncodable.Type>()

  /// The type as one that writes itself, where it is one.
  @inline(__always)
  func directType<T>(of type: T.Type) -> (any DirectlyEncodable.Type)? {
    types.lookup(type) { type as? any DirectlyEncodable.Type }
  }

  func reset() {
    mayRepeatKeys = false
    if !userInfo.isEmpty { userInfo = [:] }
  }
}
