/// What the classes of `collections` would have made, with nothing of theirs but what they hold.
extension Unpickler {
  mutating func standardCollection(
    _ callable: Callable, _ arguments: [Item]
  ) throws(PickleError) -> Item? {
    switch callable {
    case .orderedDict: return try orderedDict(arguments)
    case .defaultDict: return try defaultDict(arguments)
    case .counter: return try counter(arguments)
    case .deque: return try deque(arguments)
    default: return nil
    }
  }

  /// `OrderedDict()`, whose entries come behind it, and Python 2's `OrderedDict([[key, value], …])`.
  private mutating func orderedDict(_ arguments: [Item]) throws(PickleError) -> Item? {
    guard arguments.count <= 1 else { return nil }
    var entries: [Item] = []
    if let argument = arguments.first {
      guard let list = sequence(argument) else { return nil }
      for pair in list {
        guard let pair = sequence(pair), pair.count == 2 else { return nil }
        guard arena.isHashable(pair[0]) else {
          throw malformed("\(arena.name(of: pair[0])) as a key, which Python cannot hash")
        }
        entries += pair
      }
    }
    return .node(try makeNode(.dict, sharing: entries))
  }

  /// `defaultdict()` and `defaultdict(factory)`, whose entries come behind it. The factory is a
  /// name, and is not kept.
  private mutating func defaultDict(_ arguments: [Item]) throws(PickleError) -> Item? {
    switch (arguments.count, arguments.first) {
    case (0, _), (1, .some(.none)): break
    case (1, .callable(let factory)?) where factory.isFactory: break
    default: return nil
    }
    return .node(try arena.makeNode(.dict, offset: reader.start))
  }

  /// `Counter()` and `Counter(dict)`.
  private mutating func counter(_ arguments: [Item]) throws(PickleError) -> Item? {
    guard arguments.count <= 1 else { return nil }
    guard let argument = arguments.first else {
      return .node(try arena.makeNode(.dict, offset: reader.start))
    }
    guard let node = arena.node(argument), node.kind == .dict else { return nil }
    return .node(try makeNode(.dict, sharing: arena.children(of: node)))
  }

  /// `deque()` and `deque((), most)`, whose elements come behind it, and Python 2's with a list.
  private mutating func deque(_ arguments: [Item]) throws(PickleError) -> Item? {
    guard arguments.count <= 2 else { return nil }
    var elements: [Item] = []
    if let argument = arguments.first {
      guard let list = sequence(argument) else { return nil }
      elements = list
    }
    let most = arguments.dropFirst().first
    let index = try makeNode(.list, sharing: elements)
    switch most {
    case nil, .some(.none): break
    case .some(let most):
      guard let most = most.count else { return nil }
      arena.bound(index, to: most)
    }
    return .node(index)
  }

  /// The elements, where the item is a list or a tuple.
  private func sequence(_ item: Item) -> [Item]? {
    guard let node = arena.node(item), node.kind == .list || node.kind == .tuple else {
      return nil
    }
    return arena.children(of: node)
  }
}
