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

  init(items: [Value], tag: UInt64 = 0) {
    self.items = items
    self.tag = tag
    var height = 0
    for item in items {
      if let node = item.node, node.height > height { height = node.height }
    }
    self.height = height + 1
  }

  deinit {
    guard height > Self.recursiveHeight else { return }
    // Children are emptied before they are dropped, so that no release finds a deep one.
    var pending = items
    items = []
    while var item = pending.popLast() {
      if var node = item.takeNode(), isKnownUniquelyReferenced(&node) {
        pending.append(contentsOf: node.items)
        node.items = []
      }
    }
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

  /// Takes the node out, so that the caller may hold the only reference to it.
  fileprivate mutating func takeNode() -> ValueNode? {
    let node = node
    self = .null
    return node
  }
}
