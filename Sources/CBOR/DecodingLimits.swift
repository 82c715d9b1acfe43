/// What a decoder accepts from bytes that it does not trust.
///
/// Memory is bounded without a setting: every count is checked against the bytes that remain
/// before anything is reserved for it.
public struct DecodingLimits: Hashable, Sendable {
  /// How deeply arrays, maps and tags may be nested in one another.
  public var depth: Int
  /// How many data items one document may hold, keys and chunks included.
  public var items: Int
  /// Whether a map may hold one key twice. Where it may, a `Value` keeps both, a `Dictionary` the
  /// last, and a type that asks for the key is given either.
  public var allowsDuplicateKeys: Bool

  public init(depth: Int = 512, items: Int = .max, allowsDuplicateKeys: Bool = false) {
    self.depth = depth
    self.items = items
    self.allowsDuplicateKeys = allowsDuplicateKeys
  }
}
