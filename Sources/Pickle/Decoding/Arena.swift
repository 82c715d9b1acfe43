internal import CBOR

/// Everything that a pickle has built so far.
///
/// Containers are mutable and may be referred to from several places before they are filled, so
/// they are nodes with a number here, and become values when all is done. Children stand in one
/// pool that only grows; those that are added together stand together.
struct Arena: ~Copyable {
  struct Node {
    enum Kind: UInt8 { case list, tuple, dict, set, frozenSet }

    let kind: Kind
    /// Whether Python could use it as a key. Settled when it is made: tuples and frozen sets do
    /// not change, and the others never are.
    let isHashable: Bool
    /// Whether there is more than one reference to it.
    var isShared = false
    /// How many children there are; a dict's keys and values count apart.
    var count: UInt32 = 0
    /// Where the first of them stand together, and how many they are.
    var start: UInt32 = 0
    var startCount: UInt32 = 0
    /// Where more of them stand: the first and last entry of the list of runs.
    var firstRun = Arena.noRun
    var lastRun = Arena.noRun
    /// The opcode that made it.
    let offset: Int
  }

  struct Run {
    let start: UInt32
    var count: UInt32
    var next = Arena.noRun
  }

  static let noRun = UInt32.max
  /// The empty tuple, which nothing changes.
  static let emptyTuple = Item.node(0)

  private(set) var nodes = [Node(kind: .tuple, isHashable: true, offset: 0)]
  private(set) var pool: [Item] = []
  private(set) var runs: [Run] = []
  private(set) var leaves: [Value] = []
  private(set) var elementTypes: [ElementType] = []
  private(set) var arrays: [NumPyArray] = []
  /// How many elements some lists keep, which are the last ones.
  private(set) var bounds: [UInt32: Int] = [:]
  /// How many objects the arrays stand for.
  private var arrayItems = 0
  /// How many nodes, leaves and children there may be.
  let limit: Int

  init(limit: Int) {
    // What an item can count to.
    self.limit = min(max(limit, 0), Int(UInt32.max) - 1)
  }

  private func excess(_ offset: Int) -> PickleError {
    PickleError(.limitExceeded, "the pickle holds more than \(limit) objects", offset: offset)
  }

  @inline(__always)
  mutating func makeLeaf(
    _ kind: Item.Leaf, _ value: Value, offset: Int
  ) throws(PickleError) -> Item {
    guard leaves.count < limit else { throw excess(offset) }
    leaves.append(value)
    return .leaf(kind, UInt32(truncatingIfNeeded: leaves.count &- 1))
  }

  /// Gives a leaf that was made without a value what it is.
  mutating func fillLeaf(_ index: UInt32, with value: Value) { leaves[Int(index)] = value }

  /// Has a list keep no more than its last elements.
  mutating func bound(_ index: UInt32, to count: Int) { bounds[index] = count }

  @inline(__always)
  mutating func makeNode(
    _ kind: Node.Kind, isHashable: Bool = false, offset: Int
  ) throws(PickleError) -> UInt32 {
    guard nodes.count < limit else { throw excess(offset) }
    nodes.append(Node(kind: kind, isHashable: isHashable, offset: offset))
    return UInt32(truncatingIfNeeded: nodes.count &- 1)
  }

  mutating func makeElementType(_ type: ElementType, offset: Int) throws(PickleError) -> Item {
    guard elementTypes.count < limit else { throw excess(offset) }
    elementTypes.append(type)
    return .elementType(UInt32(truncatingIfNeeded: elementTypes.count &- 1))
  }

  mutating func makeArray(_ array: NumPyArray, offset: Int) throws(PickleError) -> Item {
    guard array.items <= limit - arrayItems else { throw excess(offset) }
    arrayItems += array.items
    arrays.append(array)
    return .array(UInt32(truncatingIfNeeded: arrays.count &- 1))
  }

  /// Gives an array that was made empty what it holds.
  mutating func fillArray(
    _ index: UInt32, with array: NumPyArray, offset: Int
  ) throws(PickleError) {
    guard array.items <= limit - arrayItems else { throw excess(offset) }
    arrayItems += array.items
    arrays[Int(index)] = array
  }

  /// Sets the byte order of a type.
  ///
  /// - Returns: Whether it is one of that type.
  mutating func setOrder(_ order: String, ofType index: UInt32) -> Bool {
    elementTypes[Int(index)].order(order)
  }

  /// Adds children to a container.
  mutating func append(
    _ items: ArraySlice<Item>, to index: UInt32, offset: Int
  ) throws(PickleError) {
    guard !items.isEmpty else { return }
    guard items.count <= limit &- pool.count else { throw excess(offset) }
    let count = UInt32(truncatingIfNeeded: items.count)
    extend(Int(index), by: count)
    pool.append(contentsOf: items)
  }

  /// Adds one child to a container.
  mutating func append(_ item: Item, to index: UInt32, offset: Int) throws(PickleError) {
    guard pool.count < limit else { throw excess(offset) }
    extend(Int(index), by: 1)
    pool.append(item)
  }

  /// Counts what is about to be put at the end of the pool as children of a node.
  @inline(__always)
  private mutating func extend(_ index: Int, by count: UInt32) {
    let end = UInt32(truncatingIfNeeded: pool.count)
    if nodes[index].count == 0 {
      nodes[index].start = end
      nodes[index].startCount = count
    } else if nodes[index].lastRun == Arena.noRun,
      nodes[index].start &+ nodes[index].startCount == end
    {
      nodes[index].startCount &+= count
    } else {
      extendRuns(index, by: count, end)
    }
    nodes[index].count &+= count
  }

  private mutating func extendRuns(_ index: Int, by count: UInt32, _ end: UInt32) {
    let last = Int(nodes[index].lastRun)
    let new = UInt32(truncatingIfNeeded: runs.count)
    if nodes[index].lastRun == Arena.noRun {
      nodes[index].firstRun = new
    } else if runs[last].start &+ runs[last].count == end {
      runs[last].count &+= count
      return
    } else {
      runs[last].next = new
    }
    nodes[index].lastRun = new
    runs.append(Run(start: end, count: count))
  }

  mutating func share(_ item: Item) {
    if case .node(let index) = item { nodes[Int(index)].isShared = true }
  }

  func isHashable(_ item: Item) -> Bool {
    switch item {
    case .node(let index): nodes[Int(index)].isHashable
    case .leaf(let kind, _): kind != .byteArray
    case .array: false
    default: true
    }
  }

  func node(_ item: Item) -> Node? {
    if case .node(let index) = item { nodes[Int(index)] } else { nil }
  }

  /// The children of a container, in order.
  func children(of node: Node) -> [Item] {
    var children: [Item] = []
    children.reserveCapacity(Int(node.count))
    children += pool[Int(node.start)..<Int(node.start + node.startCount)]
    var run = node.firstRun
    while run != Arena.noRun {
      let (start, count) = (Int(runs[Int(run)].start), Int(runs[Int(run)].count))
      children += pool[start..<start + count]
      run = runs[Int(run)].next
    }
    return children
  }

  /// The text, where the item is some, or a Python 2 string that is.
  func text(_ item: Item) -> String? {
    guard case .leaf(let kind, let index) = item, kind == .text || kind == .string else {
      return nil
    }
    return leaves[Int(index)].text
  }
}
