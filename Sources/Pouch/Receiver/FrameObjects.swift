import PouchCore

/// The objects of one DATA frame, shown one after the other in one place.
///
/// That place is a `Delivery` whose references stay while its numbers change: going through the
/// thousand small objects of a frame counts no references.
struct FrameObjects: Sendable {
  /// The object that is shown; none before the first `advance()`.
  private(set) var current: Delivery
  private var reader: EntryReader
  private var left: UInt32
  private let plain: DeliveryContext
  /// The first object that has not come before.
  private let firstNew: UInt64

  /// - Parameters:
  ///   - first: The id of the first object.
  ///   - duplicates: How many of the first ones came before.
  ///   - plain: What deliveries have in common that have nothing of their own.
  init(_ body: Bytes, first: UInt64, count: UInt32, duplicates: Int, plain: DeliveryContext) {
    self.plain = plain
    firstNew = first + UInt64(duplicates)
    current = Delivery(id: first - 1, entry: PackedEntry(of: body), context: plain)
    reader = EntryReader(body)
    left = count
  }

  /// Shows the next object.
  ///
  /// - Returns: false when there is none.
  /// - Throws: `.badData` for a body that does not hold what its header says, or that holds a
  ///   chunk among others.
  @inline(__always)
  mutating func advance() throws(PouchError) -> Bool {
    guard left > 0 else {
      guard reader.isAtEnd else {
        throw PouchError(.badData, "a DATA frame goes on behind its last object")
      }
      return false
    }
    left -= 1
    current.id += 1
    let head = try reader.nextHead()
    // What came before it may have had attributes: then its memory is another one as well.
    guard head.isPlain, current.entry.isPlain else {
      try show(reader.rest(head))
      return true
    }
    let start = try reader.payloadRange(head).lowerBound
    current.entry.move(to: head, at: start, of: reader.body)
    return true
  }

  /// Shows an object with attributes; a chunk has no place here.
  @inline(never)
  private mutating func show(_ entry: Entry) throws(PouchError) {
    let box = try AttributesBox(of: entry)
    // Of what came before neither offset nor size is looked at.
    if current.id >= firstNew {
      guard !entry.hasMore, box?.attributes.offset == nil else {
        throw PouchError(.badData, "a chunk shares its frame", objectID: current.id)
      }
      try entry.checkSize(box?.attributes, current.id)
    }
    current = Delivery(id: current.id, entry: entry, attributes: box, plain: plain)
  }
}

extension AttributesBox {
  /// What the sender said about the object of `entry`; nil when it said nothing.
  convenience init?(of entry: Entry) throws(PouchError) {
    guard let attributes = try entry.readAttributes() else { return nil }
    self.init(attributes)
  }
}
