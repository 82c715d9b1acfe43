/// One data item whose bytes have been checked from end to end, with an index of its containers.
///
/// Scalars and definite strings say their own length, so only arrays, maps and indefinite
/// strings that hold something have a record; the index stays small beside the bytes. Everything
/// behind this type reads without checks.
final class Document {
  private(set) var base: UnsafePointer<UInt8>
  let count: Int
  let records: UnsafeMutableBufferPointer<ContainerRecord>
  let allowsDuplicateKeys: Bool
  /// Nil where only a `Value` is wanted.
  let context: DecodingContext?
  /// Where the values of text keys stand, for the maps that were searched far and wide.
  var tables: [Int: [String: ItemCursor]] = [:]
  /// The copy that `base` points into once the document has outlived the caller's bytes.
  private var owned: UnsafeMutablePointer<UInt8>?

  /// - Parameters:
  ///   - bytes: Must stay where they are for as long as the document is used, or until `detach`.
  ///   - prefix: Whether bytes may follow the item.
  ///   - context: What the call that decodes it knows.
  /// - Throws: `CBORError` for bytes that are not one well-formed item within the limits.
  init(
    _ bytes: UnsafeRawBufferPointer, limits: DecodingLimits, prefix: Bool = false,
    context: DecodingContext? = nil
  ) throws(CBORError) {
    guard let start = bytes.baseAddress, bytes.count > 0 else {
      throw CBORError(.truncated, "there is no data item: the input is empty", offset: 0)
    }
    allowsDuplicateKeys = limits.allowsDuplicateKeys
    self.context = context
    base = start.assumingMemoryBound(to: UInt8.self)
    var indexer = Indexer(
      base: base, count: bytes.count, limits: limits,
      scratch: context?.takeScratch() ?? Indexer.Scratch())
    do {
      count = try indexer.run(prefix: prefix)
      let (records, scratch) = indexer.finish()
      self.records = records
      context?.scratch = scratch
    } catch {
      indexer.discard()
      throw error
    }
  }

  deinit {
    records.deallocate()
    owned?.deallocate()
  }

  /// Copies the bytes, so that the document no longer depends on the caller's.
  func detach() {
    guard owned == nil else { return }
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
    DocumentWalk.after(cursor, base: base, records: records.baseAddress)
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

  /// The value of any float.
  @inline(__always)
  func float(_ head: Head) -> Double {
    switch head.initial {
    case Initial.double: Double(bitPattern: head.argument)
    case Initial.single: Double(Float(bitPattern: UInt32(truncatingIfNeeded: head.argument)))
    default: FloatBits.double(half: UInt16(truncatingIfNeeded: head.argument))
    }
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

  @inline(__always)
  static func after(
    _ cursor: ItemCursor, base: UnsafePointer<UInt8>,
    records: UnsafeMutablePointer<ContainerRecord>?
  ) -> ItemCursor {
    after(cursor, base: base, records: UnsafePointer(records))
  }
}
