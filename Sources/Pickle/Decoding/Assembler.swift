internal import CBOR

/// Makes values of what a pickle has built: once for each container, however often it is referred
/// to, and without recursion.
struct Assembler: ~Copyable {
  private let arena: Arena
  private var budget: UnfoldingBudget
  private var keys: KeyTable
  /// How deep a value may be.
  private let depth: Int
  /// Containers that are referred to more than once, and what became of them.
  private var shared: [UInt32: Shared] = [:]
  /// The containers around the one that is being made, outermost first.
  private var open: [Open] = []
  /// How many levels of the value the containers are that are being made.
  private var level = 0
  /// Whether instances of classes have become text, which may be one with other text.
  private var holdsInstancesAsText = false

  private enum Shared {
    case open
    case done(Made, UnfoldingBudget.Size)
  }

  /// A value, and how many levels deep it is.
  private struct Made {
    let value: Value
    let height: Int
  }

  /// A container that is being made.
  private struct Open {
    let index: UInt32
    let node: Arena.Node
    var values: [Value] = []
    /// The next child of the run that is being read, and the end of that.
    var position: Int
    var end: Int
    var nextRun: UInt32
    /// How deep the deepest child is.
    var height = 0
    /// What the pickle had unfolded to before this.
    let before: UnfoldingBudget.Size

    @inline(__always)
    mutating func add(_ made: Made) {
      values.append(made.value)
      if made.height > height { height = made.height }
    }
  }

  init(arena: consuming Arena, limits: PickleLimits, inputSize: Int) {
    budget = UnfoldingBudget(
      items: arena.limit, expansion: limits.expansion, inputSize: inputSize)
    keys = KeyTable(budget: arena.limit)
    self.arena = arena
    depth = limits.depth
  }

  mutating func value(of root: Item) throws(PickleError) -> Value {
    guard case .node(let index) = root else { return try leaf(root, in: nil).value }
    guard var current = try openNode(index) else { return .array([]) }
    while true {
      if current.position < current.end {
        let child = arena.pool[current.position]
        current.position &+= 1
        guard case .node(let index) = child else {
          current.add(try leaf(child, in: current.node.offset))
          continue
        }
        if let made = try madeBefore(index) {
          current.add(made)
        } else if let opened = try openNode(index) {
          open.append(current)
          current = opened
        } else {
          current.add(Made(value: .array([]), height: 1))
        }
      } else if current.nextRun != Arena.noRun {
        let run = arena.runs[Int(current.nextRun)]
        current.position = Int(run.start)
        current.end = Int(run.start + run.count)
        current.nextRun = run.next
      } else {
        let made = try close(current)
        guard let parent = open.popLast() else { return made.value }
        current = parent
        current.add(made)
      }
    }
  }
}

extension Assembler {
  /// - Parameter container: The opcode that made the container around it.
  @inline(__always)
  private mutating func leaf(_ item: Item, in container: Int?) throws(PickleError) -> Made {
    switch item {
    case .none: return try counted(.null, container)
    case .boolean(let value): return try counted(.boolean(value), container)
    case .unsigned(let value): return try counted(.unsigned(value), container)
    case .negative(let value): return try counted(.negative(value), container)
    case .float(let value): return try counted(.float(value), container)
    case .leaf(let kind, let index):
      let value = arena.leaves[Int(index)]
      switch value {
      case .tagged:
        let measure = value.measure
        try budget.count(measure.size, offset: container)
        try checkDepth(level + measure.height, offset: container)
        return Made(value: value, height: measure.height)
      case .null:
        throw PickleError(
          .malformed, "\(arena.name(of: item)) whose state never came", offset: container)
      default:
        if case .standard = kind { holdsInstancesAsText = true }
        try budget.count(
          UnfoldingBudget.Size(items: 1, content: value.length, text: value.textLength),
          offset: container)
        return Made(value: value, height: 0)
      }
    default: return try object(item, in: container)
    }
  }

  @inline(__always)
  private mutating func counted(_ value: Value, _ container: Int?) throws(PickleError) -> Made {
    try budget.count(
      UnfoldingBudget.Size(items: 1, content: 0, text: value.textLength), offset: container)
    return Made(value: value, height: 0)
  }

  /// An array of NumPy's; nothing else that is no plain data can stay.
  private mutating func object(_ item: Item, in container: Int?) throws(PickleError) -> Made {
    guard case .array(let index) = item else {
      throw PickleError(
        .unsupported, "the pickle holds \(arena.name(of: item)), which is no data",
        offset: container)
    }
    let array = arena.arrays[Int(index)]
    guard let value = array.value else {
      throw PickleError(.malformed, "a NumPy array whose state never came", offset: container)
    }
    try budget.count(
      UnfoldingBudget.Size(
        items: array.items, content: array.size,
        // Floats of 16 bits have the most digits for their size, flags the most for an object.
        text: 12 * array.size + 7 * array.items),
      offset: container)
    try checkDepth(level + array.height, offset: container)
    return Made(value: value, height: array.height)
  }

  /// The value of a container that was made for another reference to it.
  private mutating func madeBefore(_ index: UInt32) throws(PickleError) -> Made? {
    let node = arena.nodes[Int(index)]
    guard node.isShared, let state = shared[index] else { return nil }
    guard case .done(let made, let size) = state else {
      throw PickleError(
        .unsupported, "\(arena.name(of: .node(index))) that holds itself", offset: node.offset)
    }
    try budget.count(size, offset: node.offset)
    try checkDepth(level + made.height, offset: node.offset)
    return made
  }

  /// Begins a container, or returns nil for an empty list or tuple, which is whole at once.
  private mutating func openNode(_ index: UInt32) throws(PickleError) -> Open? {
    let node = arena.nodes[Int(index)]
    let before = budget.spent
    try budget.count(
      UnfoldingBudget.Size(items: 1, content: 0, text: node.textLength), offset: node.offset)
    try checkDepth(level + node.levels, offset: node.offset)
    if node.count == 0, node.kind == .list || node.kind == .tuple { return nil }
    if node.isShared { shared[index] = .open }
    level += node.levels
    var container = Open(
      index: index, node: node, position: Int(node.start),
      end: Int(node.start + node.startCount), nextRun: node.firstRun, before: before)
    container.values.reserveCapacity(Int(node.count))
    return container
  }

  private mutating func close(_ container: Open) throws(PickleError) -> Made {
    let node = container.node
    level -= node.levels
    let value: Value =
      switch node.kind {
      case .list, .tuple: .array(kept(container.values, of: container.index))
      case .dict: .map(Value.Entries(alternating: try distinct(container.values, node, step: 2)))
      case .set, .frozenSet: .tagged(258, .array(try distinct(container.values, node, step: 1)))
      }
    let made = Made(value: value, height: container.height + node.levels)
    if node.isShared { shared[container.index] = .done(made, budget.spent - container.before) }
    return made
  }

  private func kept(_ elements: [Value], of index: UInt32) -> [Value] {
    guard !arena.bounds.isEmpty, let most = arena.bounds[index] else { return elements }
    return elements.suffix(most)
  }

  /// Keys with their values, or elements of a set, of which each is there once: the first of those
  /// that are equal, with the last value.
  private mutating func distinct(
    _ values: [Value], _ node: Arena.Node, step: Int
  ) throws(PickleError) -> [Value] {
    let duplicates: [KeyTable.Duplicate]
    do throws(PickleError) {
      duplicates = try keys.duplicates(in: values, step: step)
    } catch {
      throw PickleError(error.code, error.message, offset: node.offset)
    }
    guard !duplicates.isEmpty else { return values }
    guard !holdsInstancesAsText else {
      throw PickleError(
        .unsupported, "keys that are one here, such as a path and text of the same characters",
        offset: node.offset)
    }
    var values = values
    var kept = values.indices.map { _ in true }
    for duplicate in duplicates {
      guard !duplicate.holdsNaN else {
        throw PickleError(
          .unsupported, "NaN as more than one key, which are one in a map", offset: node.offset)
      }
      for position in 0..<step { kept[duplicate.second + position] = false }
      if step == 2 { values[duplicate.first + 1] = values[duplicate.second + 1] }
    }
    return values.indices.filter { kept[$0] }.map { values[$0] }
  }

  @inline(__always)
  private func checkDepth(_ height: Int, offset: Int?) throws(PickleError) {
    guard height <= depth else {
      throw PickleError(
        .limitExceeded, "more than \(depth) levels of containers", offset: offset)
    }
  }
}

extension Arena.Node {
  /// How many levels of a value it is: a set is an array under a tag.
  fileprivate var levels: Int { kind == .set || kind == .frozenSet ? 2 : 1 }

  /// How many bytes of text it takes beside what it holds, with what parts it from the next item: a
  /// set is printed as `258([])`.
  fileprivate var textLength: Int { levels == 2 ? 9 : 4 }
}

extension Value {
  /// How many bytes text or a byte string takes.
  fileprivate var length: Int {
    switch self {
    case .text(let text): text.utf8.count
    case .bytes(let bytes): bytes.count
    default: 0
    }
  }

  /// How many bytes of text a scalar is printed as, at most, with what parts it from the next item.
  @inline(__always)
  fileprivate var textLength: Int {
    switch self {
    case .null: 6
    case .boolean: 7
    case .unsigned(let value): value < 100 ? 4 : 22
    case .negative(let value): value < 100 ? 6 : 22
    case .float: 26
    case .text(let text): 4 + text.utf8.count + text.escapeLength
    // Hexadecimal digits, or the decimal ones of a large integer.
    case .bytes(let bytes): 5 + bytes.count / 2 * 5 + 3
    default: 22
    }
  }

  /// What a leaf counts for, and how deep it is; none is deeper than a few levels.
  fileprivate var measure: (size: UnfoldingBudget.Size, height: Int) {
    let children: [Value]
    switch self {
    case .tagged(let tagged): children = [tagged.content]
    case .array(let elements): children = Array(elements)
    case .map(let entries): children = entries.alternating
    default: return (UnfoldingBudget.Size(items: 1, content: length, text: textLength), 0)
    }
    // A tag is none of the objects that are counted: an integer of any size is one.
    var isTag = false
    if case .tagged = self { isTag = true }
    var size = UnfoldingBudget.Size(items: isTag ? 0 : 1, content: 0, text: isTag ? 22 : 4)
    var height = 0
    for child in children {
      let inner = child.measure
      size += inner.size
      height = max(height, inner.height)
    }
    return (size, height + 1)
  }
}

extension String {
  /// How many bytes more than its own the text takes with its escapes, at most.
  fileprivate var escapeLength: Int {
    utf8.withContiguousStorageIfAvailable { bytes in
      var length = 0
      for byte in bytes {
        // Of one byte and of more: `\u001f`, and two of those for four bytes.
        if byte < 0x20 || byte == 0x7f {
          length &+= 5
        } else if byte >= 0x80 {
          length &+= 2
        } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
          length &+= 1
        }
      }
      return length
    } ?? 5 * utf8.count
  }
}
