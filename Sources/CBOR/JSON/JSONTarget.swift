/// What is made of JSON text while it is read.
protocol JSONTarget {
  /// Takes a scalar, the name of a member, or a container without items.
  ///
  /// - Parameters:
  ///   - size: How many bytes of text it takes.
  ///   - offset: Where these begin.
  mutating func add(_ value: Value, size: Int, at offset: Int) throws(CBORError)
  mutating func open(isObject: Bool, at offset: Int) throws(CBORError)
  /// Closes what is open innermost.
  mutating func close(isObject: Bool)
}

/// Nothing: the text is only checked.
struct JSONCheck: JSONTarget {
  mutating func add(_ value: Value, size: Int, at offset: Int) {}
  mutating func open(isObject: Bool, at offset: Int) {}
  mutating func close(isObject: Bool) {}
}

/// A tree of values.
struct JSONTree: JSONTarget {
  private(set) var root: Value?
  /// The items of the containers that are open, innermost last.
  private var open: [[Value]] = []
  private var size: TreeSize

  init(_ limits: DecodingLimits, source: Int) { size = TreeSize(limits, source: source) }

  mutating func add(_ value: Value, size count: Int, at offset: Int) throws(CBORError) {
    // A number that is kept exactly takes a few values and its bytes.
    let content = if case .tagged = value { 512 + count } else { TreeSize.ofText(count) }
    try size.add(TreeSize.item + content, at: offset)
    put(value)
  }

  mutating func open(isObject: Bool, at offset: Int) throws(CBORError) {
    try size.add(TreeSize.item + TreeSize.container, at: offset)
    open.append([])
  }

  mutating func close(isObject: Bool) {
    guard let items = open.popLast() else { return }
    put(isObject ? .map(Value.Entries(alternating: items)) : .array(items))
  }

  @inline(__always)
  private mutating func put(_ value: Value) {
    if let top = open.indices.last { open[top].append(value) } else { root = value }
  }
}

/// The bytes of the item that the text is converted to, with containers of indefinite length.
struct JSONBytes: JSONTarget {
  let writer = Writer()

  mutating func add(_ value: Value, size: Int, at offset: Int) { value.write(to: writer) }

  mutating func open(isObject: Bool, at offset: Int) {
    let major = isObject ? MajorType.map : MajorType.array
    writer.write(byte: major << 5 | Initial.indefinite)
  }

  mutating func close(isObject: Bool) { writer.write(byte: Initial.break) }
}
