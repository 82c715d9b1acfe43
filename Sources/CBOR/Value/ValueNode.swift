/// The children of an array, map or tag, released without recursion however deep they go.
///
/// `@unchecked Sendable`: `items` changes in `deinit` alone, where nobody else holds the node.
final class ValueNode: @unchecked Sendable {
  /// Elements; or keys and values in turn; or the one content of a tag.
  private(set) var items: [Value]
  /// The number of the tag; 0 for arrays and maps.
  let tag: UInt64
  /// How many nodes hang below one another here, this one included.
  let height: Int

  static let empty = ValueNode(items: [])

  /// Up to this height the runtime's own recursive release is cheap in stack.
  private static let recursiveHeight = 4

  convenience init(items: [Value], tag: UInt64 = 0) {
    var below = 0
    for item in items { below = max(below, item.height) }
    self.init(items: items, tag: tag, height: below + 1)
  }

  /// - Parameter height: One more than the height of the highest item.
  init(items: [Value], tag: UInt64, height: Int) {
    self.items = items
    self.tag = tag
    self.height = height
  }

  deinit {
    guard height > Self.recursiveHeight else { return }
    // Children are emptied before they are dropped, so that no release finds a deep one.
    var pending = takeHighChildren()
    while var node = pending.popLast() {
      if isKnownUniquelyReferenced(&node) { pending += node.takeHighChildren() }
    }
  }

  /// Lets go of all items but those that are too high to be released by recursion.
  private func takeHighChildren() -> [ValueNode] {
    let high = items.compactMap { item in
      item.node.flatMap { $0.height > Self.recursiveHeight ? $0 : nil }
    }
    items = []
    return high
  }
}

extension Value {
  /// The node that an array, map or tag stands on.
  @inline(__always)
  var node: ValueNode? {
    switch self {
    case .array(let elements): elements.node
    case .map(let entries): entries.node
    case .tagged(let tagged): tagged.node
    default: nil
    }
  }

  /// How many nodes hang below one another here; 0 for a scalar.
  @inline(__always)
  var height: Int { node?.height ?? 0 }
}
