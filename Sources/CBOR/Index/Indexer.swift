/// The one pass that checks bytes and builds the index of a `Document`.
///
/// Nothing here recurses: what is open lies on a stack of its own, as deep as the limit allows.
/// Used for one document after another, whose memory it keeps.
struct Indexer: ~Copyable {
  enum Kind { case root, array, map, tag }

  /// A container, or a tag, whose items are still to come.
  struct Frame: BitwiseCopyable {
    let kind: Kind
    /// Whether two keys may be one, so that they have to be compared.
    var mayRepeatKeys = false
    /// Items that are still to come; 0 and below counts those of an indefinite length.
    var remaining: Int
    let offset: Int
    /// -1 for a tag.
    let record: Int
    var keys = KeyFilter()

    /// Whether the next item is a key.
    @inline(__always)
    var expectsKey: Bool { kind == .map && remaining & 1 == 0 }
  }

  /// Memory for more containers than these is not kept.
  private static let largest = 1 << 15

  var base: UnsafePointer<UInt8>
  private(set) var count = 0
  var limits = DecodingLimits()
  /// The containers so far, in the order of their first bytes.
  private(set) var records = Room<ContainerRecord>(capacity: 16)
  private(set) var recordCount = 0
  private(set) var frames = Room<Frame>(capacity: 8)
  private(set) var level = 0
  private var duplicates = DuplicateKeys()
  /// Whether the records are kept that only a reader of the document needs.
  private var keepsIndex = true

  init() { base = UnsafePointer(UnsafeRawPointer(frames.base).assumingMemoryBound(to: UInt8.self)) }

  /// Gives back memory that only a large document needs.
  mutating func trim() {
    records.trim(to: Indexer.largest)
    frames.trim(to: Indexer.largest)
    duplicates.trim(to: Indexer.largest)
  }

  @inline(__always)
  var top: UnsafeMutablePointer<Frame> { frames.base + level }

  /// Checks one item from the first byte on and returns where it ends.
  mutating func run(
    _ bytes: UnsafeBufferPointer<UInt8>, limits: DecodingLimits, prefix: Bool, keepsIndex: Bool
  ) throws(CBORError) -> Int {
    guard let start = bytes.baseAddress, !bytes.isEmpty else {
      throw CBORError(.truncated, "there is no data item: the input is empty", offset: 0)
    }
    base = start
    count = bytes.count
    self.limits = limits
    self.keepsIndex = keepsIndex
    duplicates.start(size: bytes.count)
    recordCount = 0
    level = 0
    top.initialize(to: Frame(kind: .root, remaining: 1, offset: 0, record: -1))
    let end = try runFromStart()
    if end < count, !prefix {
      throw CBORError(.trailingBytes, "bytes follow the data item", offset: end)
    }
    return end
  }

  private mutating func runFromStart() throws(CBORError) -> Int {
    var offset = 0
    var items = 0
    while true {
      let start = offset
      let head = try checkedHead(at: start)
      items &+= 1
      if items > limits.items { throw tooManyItems(at: start) }
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
      case MajorType.array:
        try checkDepth(at: start)
        if head.argument > 0 || head.isIndefinite {
          try open(.array, head, at: start)
          offset = pass(from: offset, items: &items)
          continue
        }
      case MajorType.map:
        try checkDepth(at: start)
        if head.argument > 0 || head.isIndefinite {
          try open(.map, head, at: start)
          continue
        }
      case MajorType.tag:
        try checkDepth(at: start)
        push(Frame(kind: .tag, remaining: 1, offset: start, record: -1))
        continue
      default:
        if head.initial == Initial.break {
          try checkBreak(at: start)
          try close(end: offset)
        }
      }
      if top.pointee.expectsKey { note(head, from: start, to: offset) }
      if try complete(end: offset) { return offset }
    }
  }

  /// Passes numbers, booleans and the like, which long arrays are made of, up to the last item of
  /// the array but one, or to the first item that is another.
  @inline(__always)
  private func pass(from start: Int, items: inout Int) -> Int {
    var offset = start
    var left = min(top.pointee.remaining &- 1, limits.items &- items)
    let most = left
    // As long as the longest head is there, none can be cut short.
    while left > 0, count &- offset >= 9 {
      let initial = base[offset]
      if initial == Initial.double {
        offset &+= 9
      } else {
        let information = initial & 0x1f
        guard initial < 0x40 || initial >= 0xe0, information < 28, initial != 0xf8 else { break }
        offset &+= information < 24 ? 1 : 1 &+ (1 &<< Int(information & 3))
      }
      left &-= 1
    }
    guard most > 0 else { return start }
    items &+= most &- left
    top.pointee.remaining &-= most &- left
    return offset
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
    records.base[record].end = offset + 1
    if !keepsIndex { forget(record, isIn: level) }
    return offset + 1
  }

  @inline(__always)
  private mutating func open(_ kind: Kind, _ head: Head, at start: Int) throws(CBORError) {
    let available = UInt64(count &- start &- head.size)
    guard head.argument <= (kind == .map ? available / 2 : available) else {
      throw tooFew(available, for: head, at: start)
    }
    let entries = Int(truncatingIfNeeded: head.argument)
    let record = try appendRecord(at: start)
    push(
      Frame(
        kind: kind, remaining: kind == .map ? entries &* 2 : entries, offset: start,
        record: record))
  }

  @inline(__always)
  private mutating func push(_ frame: Frame) {
    level &+= 1
    if level == frames.capacity { frames.grow() }
    top.initialize(to: frame)
  }

  /// Notes a key, so that a map whose keys are surely all different is not gone through again.
  @inline(__always)
  private func note(_ head: Head, from start: Int, to end: Int) {
    guard DuplicateKeys.isCanonical(head),
      !top.pointee.keys.insert(base + start, end &- start, readable: count &- start)
    else {
      top.pointee.mayRepeatKeys = true
      return
    }
  }

  /// Notes the end of an item and of all that it completes; true when that is the whole.
  @inline(__always)
  private mutating func complete(end: Int) throws(CBORError) -> Bool {
    top.pointee.remaining &-= 1
    while top.pointee.remaining == 0 {
      if level == 0 { return true }
      try close(end: end)
      top.pointee.remaining &-= 1
    }
    return false
  }

  /// Closes what is open innermost; that it is an item of what is around it is still to be noted.
  @inline(__always)
  private mutating func close(end: Int) throws(CBORError) {
    let record = top.pointee.record
    if record >= 0 {
      records.base[record].end = end
      records.base[record].next = UInt32(truncatingIfNeeded: recordCount)
      if top.pointee.mayRepeatKeys, !limits.allowsDuplicateKeys { try checkKeys(end: end) }
      if !keepsIndex { forget(record, isIn: level &- 1) }
    }
    level &-= 1
    // A key that is a container has no simple form to compare.
    if top.pointee.expectsKey { top.pointee.mayRepeatKeys = true }
  }

  /// Drops the records that nothing needs any more once a container is closed: those of what it
  /// holds, and its own, unless it stands in a map that may have to be gone through.
  private mutating func forget(_ record: Int, isIn level: Int) {
    var level = level
    while frames.base[level].kind == .tag { level &-= 1 }
    recordCount = frames.base[level].kind == .map ? record &+ 1 : record
    records.base[record].next = UInt32(truncatingIfNeeded: record &+ 1)
  }

  private mutating func checkKeys(end: Int) throws(CBORError) {
    let map = ItemCursor(offset: top.pointee.offset, record: top.pointee.record)
    switch duplicates.firstDuplicate(
      in: map, end: end, base: base, count: count, records: records.base)
    {
    case .nothing: return
    case .duplicate(let offset):
      throw failure(.duplicateKey, "a key that the map already holds", at: offset)
    case .excess(let offset):
      throw failure(.itemsExceeded, "keys that hold too many items to be compared", at: offset)
    }
  }

  @inline(__always)
  private mutating func appendRecord(at offset: Int) throws(CBORError) -> Int {
    if recordCount == records.capacity { try growRecords(at: offset) }
    let record = recordCount
    recordCount &+= 1
    (records.base + record).initialize(
      to: ContainerRecord(
        end: 0, search: 0, next: UInt32(truncatingIfNeeded: recordCount), searchRecord: 0))
    return record
  }

  private mutating func growRecords(at offset: Int) throws(CBORError) {
    guard recordCount < Int(UInt32.max) / 2 else {
      throw failure(.itemsExceeded, "more containers than can be indexed", at: offset)
    }
    guard records.tryToGrow() else {
      throw failure(.outOfMemory, "there is no memory for the index of the items", at: offset)
    }
  }
}
