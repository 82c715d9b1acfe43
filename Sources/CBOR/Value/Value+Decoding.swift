extension Value {
  private static let spare = Spare<Document>()

  /// Decodes one data item.
  ///
  /// - Parameters:
  ///   - bytes: The item, with nothing behind it.
  ///   - limits: What to accept.
  /// - Throws: `CBORError` with the offset of the item that is malformed, too deep, truncated,
  ///   not UTF-8, a duplicate key, or followed by more bytes; `itemsExceeded` also for a tree that
  ///   would be larger than `limits` allow, `outOfMemory` where there is no room for it.
  public init(
    decoding bytes: UnsafeRawBufferPointer, limits: DecodingLimits = DecodingLimits()
  ) throws(CBORError) {
    let document = Value.spare.take() ?? Document()
    try document.read(bytes, limits: limits)
    self = try document.tree(document.root)
    document.trim()
    Value.spare.put(document)
  }

  /// Decodes one data item; see `init(decoding:limits:)`.
  public init(
    decoding bytes: [UInt8], limits: DecodingLimits = DecodingLimits()
  ) throws(CBORError) {
    self = try bytes.withUnsafeBufferPointer { (buffer) throws(CBORError) in
      try Value(decoding: UnsafeRawBufferPointer(buffer), limits: limits)
    }
  }
}

extension Document {
  /// A container or tag whose items are being built.
  private struct Open {
    let head: Head
    /// Where its items start among all that wait for their container.
    let start: Int
    /// Items that are still to come; below 0 until a break.
    var remaining: Int
    /// The height of the highest item.
    var height = 0
    /// The items themselves, where they are so many that they are not to be moved.
    var many: [Value]?
  }

  /// Containers of more items than these are built in place.
  private static let few = 1024

  /// The item at a place as a `Value`, where there is room for it.
  ///
  /// - Throws: `CBORError`, `itemsExceeded` or `outOfMemory`.
  @inline(__always)
  func tree(_ cursor: ItemCursor) throws(CBORError) -> Value {
    if !TreeSize.isSurelyFree(count) { try admitTree(cursor) }
    return value(cursor)
  }

  /// The item at a place as a `Value`, if it is of a few items at most.
  func smallValue(_ cursor: ItemCursor) -> Value? {
    EncodedBytes(base).small(at: cursor.offset, longest: .max)?.value
  }

  /// The item at a place as a `Value`, built without recursion.
  func value(_ cursor: ItemCursor) -> Value {
    var open: [Open] = []
    var items = PendingValues()
    var cursor = cursor
    while true {
      let head = head(cursor)
      var item: Value
      var height = 0
      switch head.major {
      case MajorType.array, MajorType.map, MajorType.tag:
        if head.isIndefinite || head.argument > 0 || head.major == MajorType.tag {
          var opened = Open(head: head, start: items.count, remaining: Document.size(head))
          if let count = manyItems(cursor, head) {
            opened.many = []
            opened.many?.reserveCapacity(count)
          }
          open.append(opened)
          let inside = head.major == MajorType.tag ? cursor.record : cursor.record + 1
          cursor = ItemCursor(offset: cursor.offset + head.size, record: inside)
          continue
        }
        item = head.major == MajorType.array ? .array([]) : .map(Value.Entries(node: .empty))
        height = 1
        cursor.offset += head.size
      default:
        if head.initial == Initial.break, let container = open.popLast() {
          (item, height) = close(container, &items)
          cursor.offset += 1
        } else {
          item = leaf(cursor, head)
          cursor = after(cursor)
        }
      }
      while true {
        guard let top = open.indices.last else { return item }
        if open[top].many == nil {
          items.append(consume item)
        } else {
          open[top].many?.append(consume item)
        }
        open[top].remaining &-= 1
        open[top].height = max(open[top].height, height)
        if open[top].remaining != 0 { break }
        (item, height) = close(open.removeLast(), &items)
      }
    }
  }

  /// How many items a head opens; below 0 where only a break tells.
  private static func size(_ head: Head) -> Int {
    if head.isIndefinite { return -1 }
    switch head.major {
    case MajorType.array: return Int(head.argument)
    case MajorType.map: return Int(head.argument) * 2
    default: return 1
    }
  }

  /// How many items a container holds, where these are more than a few.
  private func manyItems(_ cursor: ItemCursor, _ head: Head) -> Int? {
    guard head.isIndefinite else {
      let count = Document.size(head)
      return count > Document.few ? count : nil
    }
    // Each of them takes a byte.
    guard after(cursor).offset - cursor.offset > Document.few else { return nil }
    var items = ContainerItems(self, cursor, head)
    while !items.isAtEnd { items.advance() }
    return items.taken > Document.few ? items.taken : nil
  }

  private func close(_ open: Open, _ items: inout PendingValues) -> (Value, height: Int) {
    let content = open.many ?? items.take(from: open.start)
    if content.isEmpty, open.head.major != MajorType.tag {
      return (open.head.major == MajorType.array ? .array([]) : .map(Value.Entries([])), 1)
    }
    let height = open.height + 1
    let tag = open.head.major == MajorType.tag ? open.head.argument : 0
    let node = ValueNode(items: content, tag: tag, height: height)
    switch open.head.major {
    case MajorType.array: return (.array(Value.Elements(node: node)), height)
    case MajorType.map: return (.map(Value.Entries(node: node)), height)
    default: return (.tagged(Value.Tagged(node: node)), height)
    }
  }

  private func leaf(_ cursor: ItemCursor, _ head: Head) -> Value {
    switch head.major {
    case MajorType.unsigned: .unsigned(head.argument)
    case MajorType.negative: .negative(head.argument)
    case MajorType.bytes: .bytes(stringBytes(cursor, head))
    case MajorType.text: .text(string(cursor, head))
    default:
      switch head.initial {
      case Initial.false: .boolean(false)
      case Initial.true: .boolean(true)
      case Initial.null: .null
      case Initial.undefined: .undefined
      case Initial.half, Initial.single, Initial.double: .float(head.float)
      default: .simple(UInt8(truncatingIfNeeded: head.argument))
      }
    }
  }
}

/// Values that wait for the container that holds them, those of inner containers behind those of
/// outer ones.
private struct PendingValues: ~Copyable {
  private var base: UnsafeMutablePointer<Value>
  private var capacity = 64
  private(set) var count = 0

  init() { base = .allocate(capacity: capacity) }

  deinit {
    base.deinitialize(count: count)
    base.deallocate()
  }

  @inline(__always)
  mutating func append(_ value: consuming Value) {
    if count == capacity { grow() }
    (base + count).initialize(to: value)
    count &+= 1
  }

  /// Moves the values from a position on into an array of their own.
  @inline(__always)
  mutating func take(from start: Int) -> [Value] {
    let size = count &- start
    count = start
    // Sooner had than an array that is told its size, for few as for many.
    var values: [Value] = []
    values.reserveCapacity(size)
    for index in 0..<size { values.append((base + start + index).move()) }
    return values
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Value>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: base, count: count)
    base.deallocate()
    base = larger
    capacity *= 2
  }
}
