internal import CBOR

extension Unpickler {
  mutating func pushGlobal() throws(PickleError) {
    let (module, name) = try globalLines()
    try push(callable(module, name))
  }

  mutating func pushStackGlobal() throws(PickleError) {
    let start = try top(2)
    guard let module = arena.text(stack[start]), let name = arena.text(stack[start + 1]) else {
      throw malformed("a global whose name is no text")
    }
    try replace(from: start, with: callable(module, name))
  }

  /// A module and a name, a line each.
  mutating func globalLines() throws(PickleError) -> (module: String, name: String) {
    let module = String(decoding: try reader.line(), as: UTF8.self)
    return (module, String(decoding: try reader.line(), as: UTF8.self))
  }

  private func callable(_ module: String, _ name: String) throws(PickleError) -> Item {
    guard let callable = Callable(module: module, name: name) else {
      throw asksFor(module, name)
    }
    guard allowsNumPy || !callable.needsNumPy else {
      throw refused(
        "the pickle asks for '\(Name.shown("\(module).\(name)"))', which is read only where"
          + " NumPy's arrays are allowed")
    }
    return .callable(callable)
  }

  /// What the functions that plain data needs would have returned.
  mutating func reduce() throws(PickleError) {
    let start = try top(2)
    guard case .callable(let callable) = stack[start] else {
      throw malformed("a call of \(arena.name(of: stack[start])), which is no function")
    }
    let arguments = try arguments(stack[start + 1], of: callable)
    let result: Item?
    switch callable {
    case .encode: result = try encode(arguments)
    case .set: result = try set(.set, arguments)
    case .frozenSet: result = try set(.frozenSet, arguments)
    case .bytes: result = try makeBytes(.bytes, arguments)
    case .byteArray: result = try makeBytes(.byteArray, arguments)
    case .dtype: result = try makeElementType(arguments)
    case .reconstruct: result = try reconstruct(arguments)
    case .scalar: result = try scalar(arguments)
    case .fromBuffer: result = try fromBuffer(arguments)
    case .date, .time, .dateTime, .timeDelta, .timeZone, .complex, .decimal, .fraction,
      .posixPath, .windowsPath:
      result = try standardValue(callable, arguments)
    case .orderedDict, .defaultDict, .counter, .deque:
      result = try standardCollection(callable, arguments)
    case .reconstructor: result = try reconstructUUID(arguments)
    case .attribute: throw asksFor("builtins", "getattr")
    case .ndarray, .uuid, .object, .integer, .float, .string, .boolean, .list, .tuple, .dict:
      result = nil
    }
    guard let result else {
      throw refused("the pickle calls '\(callable.name)' in a way that plain data does not need")
    }
    try replace(from: start, with: result)
  }

  private func arguments(
    _ item: Item, of callable: Callable
  ) throws(PickleError) -> [Item] {
    guard let node = arena.node(item), node.kind == .tuple else {
      throw malformed("a call with \(arena.name(of: item)) for its arguments")
    }
    guard node.count <= callable.mostArguments else {
      throw refused("the pickle calls '\(callable.name)' with \(node.count) arguments")
    }
    return arena.children(of: node)
  }

  /// `_codecs.encode(text, "latin1")`: bytes, where a protocol has no opcode for them.
  private mutating func encode(_ arguments: [Item]) throws(PickleError) -> Item? {
    guard arguments.count == 2, let text = arena.text(arguments[0]), isLatin1(arguments[1])
    else { return nil }
    return try latin1(text, .bytes)
  }

  private func isLatin1(_ item: Item) -> Bool {
    let name = arena.text(item)
    return name == "latin1" || name == "latin-1"
  }

  private mutating func latin1(_ text: String, _ kind: Item.Leaf) throws(PickleError) -> Item {
    try convert(text.utf8.count)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else {
        throw malformed("bytes written as text that holds other characters than Latin-1's")
      }
      bytes.append(byte)
    }
    return try arena.makeLeaf(kind, .bytes(bytes), offset: reader.start)
  }

  /// Counts bytes that a conversion makes out of what the pickle already holds.
  mutating func convert(_ count: Int) throws(PickleError) {
    guard count <= conversions else {
      throw PickleError(
        .limitExceeded, "the pickle converts the same bytes again and again",
        offset: reader.start)
    }
    conversions -= count
  }

  /// `bytes()`, `bytearray()`, `bytearray(bytes)`, and Python 2's `bytearray(text, "latin-1")`.
  private mutating func makeBytes(
    _ kind: Item.Leaf, _ arguments: [Item]
  ) throws(PickleError) -> Item? {
    switch arguments.count {
    case 0: return try arena.makeLeaf(kind, .bytes([]), offset: reader.start)
    case 1:
      guard let bytes = arena.bytes(arguments[0]) else { return nil }
      return try arena.makeLeaf(kind, .bytes(bytes), offset: reader.start)
    case 2:
      guard let text = arena.text(arguments[0]), isLatin1(arguments[1]) else { return nil }
      return try latin1(text, kind)
    default: return nil
    }
  }

  /// `set()`, `set(elements)`, and the same for `frozenset`.
  private mutating func set(
    _ kind: Arena.Node.Kind, _ arguments: [Item]
  ) throws(PickleError) -> Item? {
    guard arguments.count <= 1 else { return nil }
    var elements: [Item] = []
    if let argument = arguments.first {
      guard let node = arena.node(argument), node.kind != .dict else { return nil }
      elements = arena.children(of: node)
    }
    for element in elements where !arena.isHashable(element) {
      throw malformed("\(arena.name(of: element)) in a set, which Python cannot hash")
    }
    return .node(try makeNode(kind, sharing: elements))
  }

  /// Makes a container of what another one holds, which keeps it.
  mutating func makeNode(
    _ kind: Arena.Node.Kind, sharing elements: [Item]
  ) throws(PickleError) -> UInt32 {
    for element in elements { arena.share(element) }
    let index = try arena.makeNode(kind, isHashable: kind == .frozenSet, offset: reader.start)
    try arena.append(elements[...], to: index, offset: reader.start)
    return index
  }

  /// The bytes, where the item is some, or a Python 2 string, which was bytes.
  mutating func rawBytes(_ item: Item) throws(PickleError) -> [UInt8]? {
    guard case .leaf(.string, let index) = item, let text = arena.leaves[Int(index)].text else {
      return arena.bytes(item)
    }
    try convert(text.utf8.count)
    return Array(text.utf8)
  }

  /// Makes an instance without calling anything: only a `uuid.UUID`, whose state is still to come.
  mutating func newObject() throws(PickleError) {
    let start = try top(2)
    guard case .callable(.uuid) = stack[start], arena.node(stack[start + 1])?.count == 0 else {
      throw makesInstance(of: stack[start])
    }
    try replace(from: start, with: makeUUID())
  }

  /// Sets the state of a `uuid.UUID` or one of NumPy's objects, the only ones that have any.
  mutating func build() throws(PickleError) {
    let start = try top(2)
    let state = arena.node(stack[start + 1]).flatMap { node -> [Item]? in
      node.kind == .tuple && node.count <= 8 ? arena.children(of: node) : nil
    }
    switch stack[start] {
    case .leaf(.standard(.uuid), let index): try buildUUID(index, stack[start + 1])
    case .elementType(let index): try buildElementType(index, state)
    case .array(let index): try buildArray(index, state)
    default:
      throw refused(
        "the pickle sets the state of \(arena.name(of: stack[start])), which would run code")
    }
    stack.removeLast()
  }
}

extension Arena {
  /// The bytes, where the item is some, or a Python 2 string that is no text.
  func bytes(_ item: Item) -> [UInt8]? {
    guard case .leaf(_, let index) = item else { return nil }
    return leaves[Int(index)].bytes
  }
}
