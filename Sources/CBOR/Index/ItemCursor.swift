/// A place in a validated document: where an item starts.
struct ItemCursor: BitwiseCopyable {
  /// The byte at which the item's head stands.
  var offset: Int
  /// The first record at or behind that byte: the item's own, where it has one.
  var record: Int
}

/// What must be known of a container to step over it.
struct ContainerRecord: BitwiseCopyable {
  /// The byte behind the container.
  var end: Int
  /// Where the search for the next key starts; 0 for the first key. See `KeyLookup`.
  var search: Int
  /// The first record behind the container's own and those inside it.
  var next: UInt32
  /// The record of the place where the search starts.
  var searchRecord: UInt32
}
