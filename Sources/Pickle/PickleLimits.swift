/// What a decoder accepts from pickles that it does not trust.
///
/// Memory is bounded by these and by the size of the input; every length is checked against the
/// bytes that remain before anything is reserved.
public struct PickleLimits: Hashable, Sendable {
  /// How deeply containers may be nested in one another. Counted as in CBOR: a list, tuple or
  /// dict is one level, a set two, an integer beyond 64 bits one.
  public var depth: Int
  /// How many objects a pickle may build or unfold to. An object that is referred to twice counts
  /// twice, with all that it holds.
  public var items: Int
  /// How many bytes of text a pickle may unfold to for each byte that it has, as diagnostic notation
  /// or JSON. An object that is referred to twice counts twice, with all that it holds. One MiB is
  /// always allowed.
  public var expansion: Int

  /// - Parameters:
  ///   - depth: In levels.
  ///   - items: In objects.
  ///   - expansion: In bytes of text for each byte of the pickle. What is referred to once has less
  ///     than 20.
  public init(depth: Int = 512, items: Int = 10_000_000, expansion: Int = 100) {
    self.depth = depth
    self.items = items
    self.expansion = expansion
  }
}
