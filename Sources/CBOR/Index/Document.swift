/// One data item whose bytes have been checked from end to end, with an index of its containers.
///
/// Scalars and definite strings say their own length, so only arrays, maps and indefinite
/// strings that hold something have a record; the index stays small beside the bytes. Everything
/// behind this type reads without checks.
///
/// A document can be used for one item after another, which saves most of what one costs.
final class Document {
  private(set) var base: UnsafePointer<UInt8>
  /// How many bytes the item takes.
  private(set) var count = 0
  /// The containers in the order of their first bytes.
  private(set) var records: UnsafeMutablePointer<ContainerRecord>
  private(set) var allowsDuplicateKeys = false
  /// What the trees take that were made of the document, where it is a large one.
  private var trees: TreeSize?
  private var expansion = 0
  /// Nil where only a `Value` is wanted.
  let context: DecodingContext?
  /// Where the values of text keys stand, for the maps that were searched far and wide.
  // Neither is used within a use of itself, so that there is nothing to check at run time.
  @exclusivity(unchecked) var tables: [Int: [String: ItemCursor]] = [:]
  @exclusivity(unchecked) private var indexer = Indexer()
  /// The copy that `base` points into once the document has outlived the caller's bytes.
  private var owned: UnsafeMutablePointer<UInt8>?

  /// An empty document, which must not be asked for anything before it has read something.
  ///
  /// - Parameter context: What the calls that decode know.
  init(context: DecodingContext? = nil) {
    self.context = context
    base = indexer.base
    records = indexer.records.base
  }

  deinit { owned?.deallocate() }

  /// Checks one item and builds its index, in place of the one that was read before.
  ///
  /// - Parameters:
  ///   - bytes: Must stay where they are for as long as the item is used, or until `detach`.
  ///   - prefix: Whether bytes may follow the item.
  ///   - keepsIndex: Whether the index is wanted. Without it the document is only checked, in far
  ///     less memory, and must not be asked for anything.
  /// - Throws: `CBORError` for bytes that are not one well-formed item within the limits.
  func read(
    _ bytes: UnsafeRawBufferPointer, limits: DecodingLimits, prefix: Bool = false,
    keepsIndex: Bool = true
  ) throws(CBORError) {
    if !tables.isEmpty { tables = [:] }
    allowsDuplicateKeys = limits.allowsDuplicateKeys
    expansion = limits.expansion
    trees = nil
    count = try indexer.run(
      bytes.assumingMemoryBound(to: UInt8.self), limits: limits, prefix: prefix,
      keepsIndex: keepsIndex)
    base = indexer.base
    records = indexer.records.base
  }

  /// How many records the index has had room for, at the most.
  var recordCapacity: Int { indexer.records.capacity }

  /// Counts a tree that is about to be made of an item.
  func admitTree(_ cursor: ItemCursor) throws(CBORError) {
    var size = trees ?? TreeSize(DecodingLimits(expansion: expansion), source: count)
    let end = after(cursor).offset
    try size.add(
      treeOf: UnsafeRawBufferPointer(start: base + cursor.offset, count: end - cursor.offset),
      at: cursor.offset)
    trees = size
  }

  /// Lets go of memory that only a large item needs.
  func trim() {
    indexer.trim()
    if !tables.isEmpty { tables = [:] }
  }

  /// Copies the bytes, so that the document no longer depends on the caller's.
  func detach() {
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
    copy.update(from: base, count: count)
    owned = copy
    base = UnsafePointer(copy)
  }

  var root: ItemCursor { ItemCursor(offset: 0, record: 0) }

  @inline(__always)
  func head(_ cursor: ItemCursor) -> Head { Head(validated: base + cursor.offset) }

  /// The place behind an item and all that it holds.
  @inline(__always)
  func after(_ cursor: ItemCursor) -> ItemCursor {
    DocumentWalk.after(cursor, base: base, records: records)
  }

  /// The content of a definite string.
  @inline(__always)
  func content(_ cursor: ItemCursor, _ head: Head) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base + cursor.offset + head.size, count: Int(head.argument))
  }

  /// Calls `body` with each chunk of an indefinite string.
  func forEachChunk(_ cursor: ItemCursor, _ body: (UnsafeRawBufferPointer) -> Void) {
    var offset = cursor.offset + 1
    while base[offset] != Initial.break {
      let head = Head(validated: base + offset)
      offset += head.size
      body(UnsafeRawBufferPointer(start: base + offset, count: Int(head.argument)))
      offset += Int(head.argument)
    }
  }

  /// The content of any byte or text string.
  func stringBytes(_ cursor: ItemCursor, _ head: Head) -> [UInt8] {
    guard head.isIndefinite else { return [UInt8](content(cursor, head)) }
    var whole: [UInt8] = []
    forEachChunk(cursor) { whole.append(contentsOf: $0) }
    return whole
  }

  /// The content of any text string.
  @inline(__always)
  func string(_ cursor: ItemCursor, _ head: Head) -> String {
    if head.isIndefinite { return String(decoding: stringBytes(cursor, head), as: UTF8.self) }
    return String(decoding: content(cursor, head), as: UTF8.self)
  }
}

/// Stepping over items, for the document and for the indexer that is still building it.
enum DocumentWalk {
  @inline(__always)
  static func after(
    _ cursor: ItemCursor, base: UnsafePointer<UInt8>, records: UnsafePointer<ContainerRecord>?
  ) -> ItemCursor {
    var offset = cursor.offset
    while true {
      let head = Head(validated: base + offset)
      switch head.major {
      case MajorType.unsigned, MajorType.negative, MajorType.simple:
        return ItemCursor(offset: offset &+ head.size, record: cursor.record)
      case MajorType.tag:
        offset &+= head.size
      case MajorType.bytes, MajorType.text:
        if head.isIndefinite { fallthrough }
        return ItemCursor(
          offset: offset &+ head.size &+ Int(truncatingIfNeeded: head.argument),
          record: cursor.record)
      default:
        guard head.argument > 0 || head.isIndefinite, let records else {
          return ItemCursor(offset: offset &+ head.size, record: cursor.record)
        }
        let record = records[cursor.record]
        return ItemCursor(offset: record.end, record: Int(record.next))
      }
    }
  }
}
