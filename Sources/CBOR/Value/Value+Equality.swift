extension Value: Hashable {
  /// Whether both are the same item of the data model: text by its bytes, floats by their bits,
  /// every NaN alike, maps in any order.
  public static func == (left: Value, right: Value) -> Bool {
    guard let leftNode = left.node, let rightNode = right.node else {
      return scalarsEqual(left, right)
    }
    guard containersMatch(left, right) else { return false }
    var pending = [(leftNode, rightNode, isMap: left.isMap)]
    while let (left, right, isMap) = pending.popLast() {
      if left === right { continue }
      var leftItems = left.items
      var rightItems = right.items
      if isMap, !keysCorrespond(leftItems, rightItems) {
        leftItems = sortedByKey(leftItems)
        rightItems = sortedByKey(rightItems)
      }
      for (left, right) in zip(leftItems, rightItems) {
        if let leftNode = left.node, let rightNode = right.node {
          guard containersMatch(left, right) else { return false }
          pending.append((leftNode, rightNode, isMap: left.isMap))
        } else if !scalarsEqual(left, right) {
          return false
        }
      }
    }
    return true
  }

  private var isMap: Bool { if case .map = self { true } else { false } }

  /// Whether two containers are of one kind and size.
  private static func containersMatch(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.array(let left), .array(let right)): left.count == right.count
    case (.map(let left), .map(let right)): left.count == right.count
    case (.tagged(let left), .tagged(let right)): left.tag == right.tag
    default: false
    }
  }

  /// Whether two maps hold the same scalar keys in the same order, so that none need be moved.
  private static func keysCorrespond(_ left: [Value], _ right: [Value]) -> Bool {
    stride(from: 0, to: left.count, by: 2).allSatisfy { scalarsEqual(left[$0], right[$0]) }
  }

  private static func sortedByKey(_ items: [Value]) -> [Value] {
    stride(from: 0, to: items.count, by: 2)
      .map { (key: items[$0].encoded(deterministic: true), at: $0) }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .flatMap { [items[$0.at], items[$0.at + 1]] }
  }

  private static func scalarsEqual(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.unsigned(let left), .unsigned(let right)): left == right
    case (.negative(let left), .negative(let right)): left == right
    case (.bytes(let left), .bytes(let right)): left == right
    case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
    case (.boolean(let left), .boolean(let right)): left == right
    case (.null, .null), (.undefined, .undefined): true
    case (.float(let left), .float(let right)):
      left.bitPattern == right.bitPattern || left.isNaN && right.isNaN
    case (.simple(let left), .simple(let right)): left == right
    default: false
    }
  }

  /// Feeds scalars whole and containers to a few levels, which is what keeps it from recursing
  /// without bound; values that differ further down share a hash.
  public func hash(into hasher: inout Hasher) { hash(into: &hasher, levels: 4) }

  private func hash(into hasher: inout Hasher, levels: Int) {
    switch self {
    case .unsigned(let value): hasher.combine(value)
    case .negative(let value): hasher.combine(~value)
    case .bytes(let value): hasher.combine(value)
    case .text(let value): hasher.combine(value)
    case .boolean(let value): hasher.combine(value)
    case .null: hasher.combine(0xf6)
    case .undefined: hasher.combine(0xf7)
    case .float(let value): hasher.combine(value.isNaN ? Double.nan.bitPattern : value.bitPattern)
    case .simple(let value): hasher.combine(value)
    case .array(let elements):
      hasher.combine(elements.count)
      if levels > 0 {
        for element in elements { element.hash(into: &hasher, levels: levels - 1) }
      }
    case .map(let entries):
      hasher.combine(entries.count)
      // Order must not count, so the entries are hashed apart and combined by addition.
      var sum = 0
      if levels > 0 {
        for entry in entries {
          var own = Hasher()
          entry.key.hash(into: &own, levels: levels - 1)
          entry.value.hash(into: &own, levels: levels - 1)
          sum &+= own.finalize()
        }
      }
      hasher.combine(sum)
    case .tagged(let tagged):
      hasher.combine(tagged.tag)
      if levels > 0 { tagged.content.hash(into: &hasher, levels: levels - 1) }
    }
  }
}
