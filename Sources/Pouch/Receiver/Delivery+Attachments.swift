public import PouchCore

extension Delivery {
  /// The raw buffers that came with the object, in the sender's order: views into the same memory
  /// as `payload`.
  ///
  /// `elements(as:)` reads one as numbers.
  public var attachments: [Bytes] { context.box?.attachments ?? [] }

  /// The object and its attachments, in one run.
  var whole: Bytes { context.box?.whole ?? payload }

  /// An object all of whose bytes are in `entry`, attachments included.
  init(id: UInt64, entry: Entry, attributes: AttributesBox?, plain: DeliveryContext) {
    let parts = attributes.map { $0.cut(entry.payload) }
    self.init(
      id: id, format: entry.format, payload: parts?.own ?? entry.payload, attributes: parts?.box,
      plain: plain)
  }
}

extension StreamedDelivery {
  /// How many bytes at the beginning of `body` are the object's own; nil where its size is not
  /// known before its end, and then it has no attachments.
  ///
  /// The attachments follow, each as long as `attributes.attachments` says. A piece of the body may
  /// hold the end of one and the beginning of the next.
  public var objectLength: UInt64? {
    let total = body.whole.map { UInt64($0.count) } ?? attributes.size
    // What does not add up was refused before any handler saw it.
    return total.flatMap { try? attributes.ownLength(of: $0) }
  }

  /// The object's own bytes in those of the body, which were gathered.
  package func object(in gathered: Bytes) -> Bytes {
    objectLength.map { gathered.prefix(Int(clamping: $0)) } ?? gathered
  }
}
