extension Unpickler {
  mutating func pushEmpty(_ kind: Arena.Node.Kind) throws(PickleError) {
    try push(.node(arena.makeNode(kind, offset: reader.start)))
  }

  mutating func makeTuple(from start: Int) throws(PickleError) {
    guard start < stack.count else { return try push(Arena.emptyTuple) }
    var isHashable = true
    for index in start..<stack.count where !arena.isHashable(stack[index]) { isHashable = false }
    let node = try arena.makeNode(.tuple, isHashable: isHashable, offset: reader.start)
    try arena.append(stack[start...], to: node, offset: reader.start)
    try replace(from: start, with: .node(node))
  }

  mutating func makeContainer(
    _ kind: Arena.Node.Kind, from start: Int
  ) throws(PickleError) {
    switch kind {
    case .dict: try checkPairs(from: start)
    case .frozenSet: try checkKeys(from: start, by: 1)
    default: break
    }
    let node = try arena.makeNode(kind, isHashable: kind == .frozenSet, offset: reader.start)
    try arena.append(stack[start...], to: node, offset: reader.start)
    try replace(from: start, with: .node(node))
  }

  mutating func append(from start: Int) throws(PickleError) {
    try fill(.list, from: start)
  }

  mutating func setItems(from start: Int) throws(PickleError) {
    try checkPairs(from: start)
    try fill(.dict, from: start)
  }

  mutating func addItems(from start: Int) throws(PickleError) {
    try checkKeys(from: start, by: 1)
    try fill(.set, from: start)
  }

  /// Moves what stands from a place on into the container below.
  private mutating func fill(
    _ kind: Arena.Node.Kind, from start: Int
  ) throws(PickleError) {
    guard start > floor, case .node(let index) = stack[start - 1],
      arena.nodes[Int(index)].kind == kind
    else { throw malformed("objects are added to what is no \(kind)") }
    try arena.append(stack[start...], to: index, offset: reader.start)
    stack.removeSubrange(start...)
  }

  private func checkPairs(from start: Int) throws(PickleError) {
    guard (stack.count - start).isMultiple(of: 2) else { throw malformed("a key without a value") }
    try checkKeys(from: start, by: 2)
  }

  /// Refuses what Python could not use as a key.
  private func checkKeys(from start: Int, by step: Int) throws(PickleError) {
    for index in stride(from: start, to: stack.count, by: step)
    where !arena.isHashable(stack[index]) {
      throw malformed("\(arena.name(of: stack[index])) as a key, which Python cannot hash")
    }
  }
}

extension Arena {
  /// What an item is, for messages.
  func name(of item: Item) -> String {
    switch item {
    case .none: "None"
    case .boolean: "a boolean"
    case .unsigned, .negative: "an integer"
    case .float: "a float"
    case .leaf(.text, _), .leaf(.string, _): "text"
    case .leaf(.bytes, _): "bytes"
    case .leaf(.byteArray, _): "a bytearray"
    case .leaf(.integer, _): "an integer"
    case .leaf(.standard(let callable), _): "a \(callable.name)"
    case .callable(let callable): "'\(callable.name)'"
    case .elementType: "a NumPy type"
    case .array: "a NumPy array"
    case .node(let index):
      switch nodes[Int(index)].kind {
      case .list: "a list"
      case .tuple: "a tuple"
      case .dict: "a dict"
      case .set: "a set"
      case .frozenSet: "a frozenset"
      }
    }
  }
}
