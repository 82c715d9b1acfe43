internal import CBOR

/// Makes values of what a pickle has built: once for each container, however often it is referred
/// to, and without recursion.
struct Assembler {
  private let arena: Arena
  private let depth: Int
  private var keys: KeyTable
  /// Containers that are referred to more than once, and what became of them.
  private var shared: [UInt32: Shared] = [:]
  /// The containers that are being made, outermost first.
  private var open: [Open] = []
  /// How many levels of the value they are.
  private var level = 0
  /// How many objects the pickle has unfolded to so far, and how many bytes they hold.
  private var items = 0
  private var content = 0
  /// How many bytes it may unfold to: those that are there, and short text again for each object.
  private let mostContent: Int

  private enum Shared {
    case open
    case done(Made, items: Int, content: Int)
  }

  /// A value, and how many levels deep it is.
  private struct Made {
    let value: Value
    let height: Int
  }

  private struct Open {
    let index: UInt32
    let node: Arena.Node
    var values: [Value] = []
    /// Children of the run that is being read, and the run that comes after it.
    var position: Int
    var end: Int
    var nextRun: UInt32
    /// How deep the deepest child is.
    var height = 0
    let itemsBefore: Int
    let contentBefore: Int
  }

  init(arena: Arena, depth: Int, inputSize: Int) {
    self.arena = arena
    self.depth = depth
    keys = KeyTable(budget: arena.limit)
    mostContent = 2 * inputSize + 64 * arena.limit
  }

  mutating func value(of root: Item) throws(PickleError) -> Value {
    var made = try start(root)
    while let top = open.indices.last {
      if let finished = made {
        open[top].values.append(finished.value)
        open[top].height = max(open[top].height, finished.height)
      }
      if open[top].position == open[top].end { nextRun(&open[top]) }
      if open[top].position < open[top].end {
        let child = arena.pool[open[top].position]
        open[top].position += 1
        made = try start(child)
      } else {
        made = try close(open.removeLast())
      }
    }
    guard let made else { throw PickleError(.malformed, "a pickle of nothing") }
    return made.value
  }

  private func nextRun(_ container: inout Open) {
    guard container.nextRun != Arena.noRun else { return }
    let run = arena.runs[Int(container.nextRun)]
    container.position = Int(run.start)
    container.end = Int(run.start + run.count)
    container.nextRun = run.next
  }
}

extension Assembler {
  /// Makes a scalar, or what has been made before; opens any other container.
  private mutating func start(_ item: Item) throws(PickleError) -> Made? {
    switch item {
    case .node(let index): return try startNode(index)
    case .none: return try leaf(.null)
    case .boolean(let value): return try leaf(.boolean(value))
    case .unsigned(let value): return try leaf(.unsigned(value))
    case .negative(let value): return try leaf(.negative(value))
    case .float(let value): return try leaf(.float(value))
    case .leaf(let kind, let index):
      let value = arena.leaves[Int(index)]
      return try leaf(value, size: value.size, height: kind == .integer ? 1 : 0)
    case .array(let index):
      let array = arena.arrays[Int(index)]
      guard let value = array.value else {
        throw PickleError(.malformed, "a NumPy array whose state never came")
      }
      return try leaf(value, size: array.size, height: array.height, items: array.items)
    case .callable, .elementType:
      throw PickleError(.unsupported, "the pickle holds \(arena.name(of: item)), which is no data")
    }
  }

  @inline(__always)
  private mutating func leaf(
    _ value: Value, size: Int = 0, height: Int = 0, items: Int = 1
  ) throws(PickleError) -> Made {
    try count(items: items, content: size, offset: nil)
    if height > 0 { try checkDepth(level + height, offset: nil) }
    return Made(value: value, height: height)
  }

  private mutating func startNode(_ index: UInt32) throws(PickleError) -> Made? {
    let node = arena.nodes[Int(index)]
    if node.isShared {
      switch shared[index] {
      case .open:
        throw PickleError(
          .unsupported, "\(arena.name(of: .node(index))) that holds itself", offset: node.offset)
      case .done(let made, let items, let content):
        try count(items: items, content: content, offset: node.offset)
        try checkDepth(level + made.height, offset: node.offset)
        return made
      case nil: shared[index] = .open
      }
    }
    level += node.levels
    try checkDepth(level, offset: node.offset)
    var container = Open(
      index: index, node: node, position: Int(node.start),
      end: Int(node.start + node.startCount), nextRun: node.firstRun, itemsBefore: items,
      contentBefore: content)
    try count(items: 1, content: 0, offset: node.offset)
    container.values.reserveCapacity(Int(node.count))
    open.append(container)
    return nil
  }

  private mutating func close(_ container: Open) throws(PickleError) -> Made {
    let node = container.node
    level -= node.levels
    let value: Value =
      switch node.kind {
      case .list, .tuple: .array(container.values)
      case .dict: .map(Value.Entries(alternating: try distinct(container.values, node, step: 2)))
      case .set, .frozenSet: .tagged(258, .array(try distinct(container.values, node, step: 1)))
      }
    let made = Made(value: value, height: container.height + node.levels)
    if node.isShared {
      shared[container.index] = .done(
        made, items: items - container.itemsBefore, content: content - container.contentBefore)
    }
    return made
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
  private mutating func count(
    items more: Int, content bytes: Int, offset: Int?
  ) throws(PickleError) {
    items += more
    content += bytes
    guard items <= arena.limit, content <= mostContent else { throw excess(offset) }
  }

  private func excess(_ offset: Int?) -> PickleError {
    let excess = items > arena.limit ? "\(arena.limit) objects" : "\(mostContent) bytes"
    return PickleError(
      .limitExceeded, "the pickle unfolds to more than \(excess)", offset: offset)
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
}

extension Value {
  /// How many bytes a leaf's content takes.
  fileprivate var size: Int {
    switch self {
    case .text(let text): text.utf8.count
    case .bytes(let bytes): bytes.count
    case .tagged(let tagged): tagged.content.bytes?.count ?? 0
    default: 0
    }
  }
}
