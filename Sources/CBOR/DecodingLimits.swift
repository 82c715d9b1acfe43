/// What a decoder accepts from bytes that it does not trust.
///
/// Every count is checked against the bytes that remain before anything is reserved for it. Memory
/// is proportional to the bytes without a setting:
///
/// | what is made | of each byte, at most |
/// | --- | --- |
/// | diagnostic notation or JSON, printed in pieces | 4 bytes, and a piece |
/// | the index of a decoder, which a `Codable` type is decoded from | 24 bytes |
/// | a tree of `Value`s | `expansion` bytes, 16 by default, and an index while it is built |
public struct DecodingLimits: Hashable, Sendable {
  /// How deeply arrays, maps and tags may be nested in one another.
  public var depth: Int
  /// How many data items one document may hold, keys and chunks included.
  public var items: Int
  /// Whether a map may hold one key twice. Where it may, a `Value` keeps both, a `Dictionary` the
  /// last, and a type that asks for the key is given either.
  public var allowsDuplicateKeys: Bool
  /// How many bytes of memory a tree of `Value`s may take for each byte that it is read from; trees of
  /// up to 64 MiB are always allowed. An array of small integers takes 16, small maps and arrays in
  /// one another up to 112. `Codable` types are not limited by this.
  public var expansion: Int

  /// As many items as 128 MiB hold.
  public static let defaultItems = 1 << 27

  /// - Parameters:
  ///   - depth: In levels.
  ///   - items: In data items.
  ///   - allowsDuplicateKeys: Whether a map may hold one key twice.
  ///   - expansion: In bytes of memory for each byte of the document.
  public init(
    depth: Int = 512, items: Int = DecodingLimits.defaultItems, allowsDuplicateKeys: Bool = false,
    expansion: Int = 16
  ) {
    self.depth = depth
    self.items = items
    self.allowsDuplicateKeys = allowsDuplicateKeys
    self.expansion = expansion
  }

  /// For what this module has written or checked before.
  static let none = DecodingLimits(
    depth: .max, items: .max, allowsDuplicateKeys: true, expansion: .max)
}
