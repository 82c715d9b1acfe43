/// A place in a validated document: where an item starts.
struct ItemCursor {
  /// The byte at which the item's head stands.
  var offset: Int
  /// The first record at or behind that byte: the item's own, where it has one.
  var record: Int
}

/// What must be known of a container to step over it.
struct ContainerRecord {
  /// The byte behind the container.
  var end: Int
  /// Where the last key that was found stands; see `KeyedReader`.
  var found: Int
  /// The first record behind the container's own and those inside it.
  var next: UInt32
  var foundRecord: UInt32
}
