/// What a call that decodes knows, kept between calls for what it has learnt about types.
final class DecodingContext {
  var userInfo: [CodingUserInfoKey: any Sendable] = [:]
  private let types = TypeCache<any DirectlyDecodable.Type>()

  /// The type as one that reads itself, where it is one.
  @inline(__always)
  func directType<T>(of type: T.Type) -> (any DirectlyDecodable.Type)? {
    types.lookup(type) { type as? any DirectlyDecodable.Type }
  }
}
