/// The one pass that checks bytes and builds the index of a `Document`.
///
/// Nothing here recurses: what is open lies on a stack of its own, as deep as the limit allows.
struct Indexer {
  fileprivate enum Kind { case root, array, map, tag }

  /// A container, or a tag, whose items are still to come.
  fileprivate struct Open {
    var kind: Kind
    /// Items that are still to come; 0 and below counts those of an indefinite length.
    var remaining: Int
    var offset: Int
    /// -1 for a tag.
    var record: Int
  }

  private let base: UnsafePointer<UInt8>
  private let count: Int
  private let limits: DecodingLimits
  private var records: UnsafeMutableBufferPointer<ContainerRecord>
  private var recordCount = 0
  private var outer: ContiguousArray<Open>
  private var top = Open(kind: .root, remaining: 1, offset: 0, record: -1)
  private var duplicates: DuplicateKeys

  /// Memory that one document after another is indexed with.
  struct Scratch {
    /// Memory for more containers or keys than these is not kept.
    fileprivate static let largest = 4096
    fileprivate var outer: ContiguousArray<Open> = []
    fileprivate var duplicates = DuplicateKeys()
  }

  init(
    base: UnsafePointer<UInt8>, count: Int, limits: DecodingLimits, scratch: consuming Scratch
  ) {
    self.base = base
    self.count = count
    self.limits = limits
    outer = scratch.outer
    duplicates = scratch.duplicates
    // Every container has a byte of its own, so there are never more records than bytes.
    records = .allocate(capacity: min(16, count))
  }

  /// Gives up what was built, and what it was built with.
  consuming func finish() -> (UnsafeMutableBufferPointer<ContainerRecord>, Scratch) {
    guard outer.capacity <= Scratch.largest, duplicates.capacity <= Scratch.largest else {
      return (records, Scratch())
    }
    return (records, Scratch(outer: outer, duplicates: duplicates))
  }

  func discard() { records.deallocate() }

  /// Checks one item from the first byte on and returns where it ends.
  mutating func run(prefix: Bool) throws(CBORError) -> Int {
    var offset = 0
    var items = 0
    while true {
      let start = offset
      let head = try checkedHead(at: start)
      items &+= 1
      if items > limits.items {
        throw failure(.itemsExceeded, "more than \(limits.items) data items", at: start)
      }
      offset = start &+ head.size
      switch head.major {
      case MajorType.unsigned, MajorType.negative:
        break
      case MajorType.bytes, MajorType.text:
        if head.isIndefinite {
          offset = try chunks(of: head, at: start, items: &items)
        } else {
          try checkString(head, at: start)
          offset &+= Int(truncatingIfNeeded: head.argument)
        }
      case MajorType.array, MajorType.map:
        if head.argument > 0 || head.isIndefinite {
          try open(head, at: start)
          continue
        }
        try checkDepth(at: start)
      case MajorType.tag:
        try checkDepth(at: start)
        outer.append(top)
        top = Open(kind: .tag, remaining: 1, offset: start, record: -1)
        continue
      default:
        if head.initial == Initial.break { try closeIndefinite(at: start) }
      }
      if try complete(end: offset) { break }
    }
    if offset < count, !prefix {
      throw CBORError(.trailingBytes, "bytes follow the data item", offset: offset)
    }
    return offset
  }

  /// Reads a head, refusing all that no well-formed item starts with.
  @inline(__always)
  private func checkedHead(at offset: Int) throws(CBORError) -> Head {
    guard offset < count else { throw truncation(at: offset) }
    let initial = base[offset]
    if initial & 0x1f >= 24 { try checkLongHead(initial, at: offset) }
    return Head(validated: base + offset)
  }

  private func checkLongHead(_ initial: UInt8, at offset: Int) throws(CBORError) {
    let major = initial >> 5
    switch initial & 0x1f {
    case 24: try checkRoom(1, at: offset)
    case 25: try checkRoom(2, at: offset)
    case 26: try checkRoom(4, at: offset)
    case 27: try checkRoom(8, at: offset)
    case 31:
      if major == MajorType.unsigned || major == MajorType.negative || major == MajorType.tag {
        throw failure(.malformed, "an item that has no indefinite length", at: offset)
      }
    default:
      throw failure(
        .malformed, "reserved additional information \(initial & 0x1f)", at: offset)
    }
    if initial == MajorType.simple << 5 | 24, base[offset + 1] < 32 {
      throw failure(
        .malformed, "simple value \(base[offset + 1]) in two bytes", at: offset)
    }
  }

  @inline(__always)
  private func checkRoom(_ size: Int, at offset: Int) throws(CBORError) {
    if count &- offset &- 1 < size { throw truncation(at: offset) }
  }

  @inline(__always)
  private func checkString(_ head: Head, at offset: Int) throws(CBORError) {
    let available = count &- offset &- head.size
    guard head.argument <= UInt64(available) else {
      throw failure(
        .truncated, "\(head.typeName) of \(head.argument) bytes, of which \(available) are there",
        at: offset)
    }
    if head.major == MajorType.text,
      !UTF8Validation.isValid(
        base + offset + head.size, Int(truncatingIfNeeded: head.argument), readable: available)
    {
      throw failure(.invalidUTF8, "a text string that is not UTF-8", at: offset)
    }
  }

  private func checkDepth(at offset: Int) throws(CBORError) {
    guard outer.count < limits.depth else {
      throw failure(
        .depthExceeded, "arrays, maps and tags nested more than \(limits.depth) deep", at: offset)
    }
  }

  /// Checks the chunks of an indefinite string and returns where it ends.
  private mutating func chunks(
    of string: Head, at start: Int, items: inout Int
  ) throws(CBORError) -> Int {
    let record = try appendRecord(at: start)
    var offset = start + 1
    while true {
      let head = try checkedHead(at: offset)
      if head.initial == Initial.break { break }
      guard head.major == string.major, !head.isIndefinite else {
        throw failure(.malformed, "\(head.typeName) as a chunk of \(string.typeName)", at: offset)
      }
      try checkString(head, at: offset)
      items += 1
      offset += head.size + Int(head.argument)
    }
    records[record].end = offset + 1
    return offset + 1
  }

  @inline(__always)
  private mutating func open(_ head: Head, at start: Int) throws(CBORError) {
    try checkDepth(at: start)
    let isMap = head.major == MajorType.map
    let available = UInt64(count &- start &- head.size)
    guard head.argument <= (isMap ? available / 2 : available) else {
      throw failure(
        .truncated, "\(head.typeName) of \(head.argument), with \(available) bytes left",
        at: start)
    }
    let entries = Int(truncatingIfNeeded: head.argument)
    let record = try appendRecord(at: start)
    outer.append(top)
    top = Open(
      kind: isMap ? .map : .array, remaining: isMap ? entries &* 2 : entries, offset: start,
      record: record)
  }

  private mutating func closeIndefinite(at offset: Int) throws(CBORError) {
    guard top.kind == .array || top.kind == .map, top.remaining <= 0 else {
      throw failure(.malformed, "a break outside of an indefinite length", at: offset)
    }
    guard top.kind == .array || top.remaining & 1 == 0 else {
      throw failure(.malformed, "a break between a key and its value", at: offset)
    }
    try close(end: offset + 1)
  }

  /// Notes the end of an item and of all that it completes; true when that is the whole.
  @inline(__always)
  private mutating func complete(end: Int) throws(CBORError) -> Bool {
    top.remaining &-= 1
    while top.remaining == 0 {
      if top.kind == .root { return true }
      try close(end: end)
      top.remaining &-= 1
    }
    return false
  }

  @inline(__always)
  private mutating func close(end: Int) throws(CBORError) {
    if top.record >= 0 {
      records[top.record].end = end
      records[top.record].next = UInt32(truncatingIfNeeded: recordCount)
      if top.kind == .map, !limits.allowsDuplicateKeys { try checkKeys(end: end) }
    }
    top = outer.removeLast()
  }

  private mutating func checkKeys(end: Int) throws(CBORError) {
    let map = ItemCursor(offset: top.offset, record: top.record)
    guard
      let offset = duplicates.firstDuplicate(
        in: map, end: end, base: base, count: count, records: records.baseAddress)
    else { return }
    throw failure(.duplicateKey, "a key that the map already holds", at: offset)
  }

  @inline(__always)
  private mutating func appendRecord(at offset: Int) throws(CBORError) -> Int {
    if recordCount == records.count { try growRecords(at: offset) }
    let record = recordCount
    recordCount &+= 1
    records.initializeElement(
      at: record,
      to: ContainerRecord(
        end: 0, found: 0, next: UInt32(truncatingIfNeeded: recordCount), foundRecord: 0))
    return record
  }

  private mutating func growRecords(at offset: Int) throws(CBORError) {
    guard records.count < Int(UInt32.max) / 2 else {
      throw failure(.itemsExceeded, "more containers than can be indexed", at: offset)
    }
    let larger = UnsafeMutableBufferPointer<ContainerRecord>.allocate(
      capacity: min(records.count * 2, count))
    _ = larger.moveInitialize(fromContentsOf: records[..<recordCount])
    records.deallocate()
    records = larger
  }

  private func truncation(at offset: Int) -> CBORError {
    failure(.truncated, "the bytes end inside a data item", at: offset)
  }

  private func failure(_ code: CBORError.Code, _ message: String, at offset: Int) -> CBORError {
    CBORError(code, message, offset: offset, codingPath: path())
  }

  /// The steps to the item that is being read, through all that is open around it.
  private func path() -> [any CodingKey] {
    (outer + [top]).compactMap { container -> (any CodingKey)? in
      guard container.kind == .array || container.kind == .map else { return nil }
      let head = Head(validated: base + container.offset)
      let isMap = container.kind == .map
      let total = head.isIndefinite ? 0 : Int(head.argument) * (isMap ? 2 : 1)
      let done = total - container.remaining
      guard isMap else { return PathKey(intValue: done) }
      // Between entries there is no key yet to name.
      guard done & 1 == 1 else { return nil }
      var cursor = ItemCursor(
        offset: container.offset + head.size, record: container.record + 1)
      for _ in 0..<done - 1 {
        cursor = DocumentWalk.after(cursor, base: base, records: records.baseAddress)
      }
      return DocumentWalk.pathKey(cursor, base: base, records: records.baseAddress)
    }
  }
}
