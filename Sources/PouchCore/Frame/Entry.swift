/// One object, or one chunk of one, inside a DATA body (docs/wire.md, section 5).
@usableFromInline
package struct Entry: Sendable {
  package var format: ObjectFormat
  /// More chunks of the object follow.
  package var hasMore: Bool
  /// The encoded attributes; nil without any.
  package var attributes: Bytes?
  package var payload: Bytes

  package init(format: ObjectFormat, hasMore: Bool, attributes: Bytes?, payload: Bytes) {
    self.format = format
    self.hasMore = hasMore
    self.attributes = attributes
    self.payload = payload
  }

  @usableFromInline static let hasAttributesBit: UInt8 = 0x10
  @usableFromInline static let moreBit: UInt8 = 0x20

  /// What the sender says about the object; nil when that is nothing.
  ///
  /// - Throws: `.badData` for attributes that cannot be read.
  package func readAttributes() throws(PouchError) -> Attributes? {
    guard let attributes else { return nil }
    return try Attributes(reading: attributes)
  }

  /// Checks the size that an object in one piece says it has.
  ///
  /// - Throws: `.badData` for another one than it has.
  package func checkSize(_ attributes: Attributes?, _ id: UInt64) throws(PouchError) {
    guard let size = attributes?.size, size != payload.count else { return }
    throw PouchError(
      .badData, "an object of \(payload.count) bytes says that it has \(size)", objectID: id)
  }

  /// The bytes in front of a payload without attributes.
  @inlinable package static var headSize: Int { 4 }
  /// The most bytes of encoded attributes that their 16-bit length can say.
  package static let longestAttributes = 0xffff

  /// Appends the head of an entry, attributes included, for a payload of `length` bytes.
  @inlinable @inline(__always)
  package static func appendHead(
    to buffer: inout ByteBuffer, length: Int, format: ObjectFormat, hasMore: Bool = false,
    attributes: Bytes? = nil
  ) {
    var bits = format.rawValue
    if hasMore { bits |= moreBit }
    if attributes != nil { bits |= hasAttributesBit }
    buffer.append(bigEndian: UInt32(truncatingIfNeeded: length) << 8 | UInt32(bits))
    if let attributes {
      buffer.append(bigEndian: UInt16(truncatingIfNeeded: attributes.count))
      buffer.append(attributes)
    }
  }
}

/// The first four bytes of an entry.
@usableFromInline
package struct EntryHead: Sendable {
  @usableFromInline let word: UInt32

  @inlinable
  init(word: UInt32) { self.word = word }

  /// The payload's length in bytes.
  @inlinable package var length: Int { Int(word >> 8) }
  @inlinable package var format: ObjectFormat {
    ObjectFormat(bits: UInt8(truncatingIfNeeded: word))
  }
  /// Neither attributes nor further chunks, nor a bit that means nothing: the payload follows, and
  /// that is all.
  @inlinable package var isPlain: Bool { word & 0xfc == 0 }
  var hasAttributes: Bool { word & UInt32(Entry.hasAttributesBit) != 0 }
  var hasMore: Bool { word & UInt32(Entry.moreBit) != 0 }
  var hasReservedBits: Bool { word & 0xcc != 0 }
}

/// Reads the entries of a decoded DATA body, one after the other, as slices of it.
@usableFromInline
package struct EntryReader: Sendable {
  @usableFromInline package let body: Bytes
  @usableFromInline var position = 0

  package init(_ body: Bytes) {
    self.body = body
  }

  @inlinable package var isAtEnd: Bool { position == body.count }

  /// Reads the head of the next entry.
  ///
  /// - Throws: `.badData` when the body does not hold it whole.
  @inlinable @inline(__always)
  package mutating func nextHead() throws(PouchError) -> EntryHead {
    guard body.count - position >= Entry.headSize else { throw EntryReader.cut() }
    let word: UInt32 = body.withUnsafeBytes { $0.bigEndian(position) }
    position += Entry.headSize
    return EntryHead(word: word)
  }

  /// Passes the payload of a plain entry, whose head was read before.
  ///
  /// - Returns: Where it stands in the body.
  /// - Throws: `.badData` when the body does not hold it whole.
  @inlinable @inline(__always)
  package mutating func payloadRange(_ head: EntryHead) throws(PouchError) -> Range<Int> {
    let start = position
    guard body.count - start >= head.length else { throw EntryReader.cut() }
    position = start + head.length
    return Range(uncheckedBounds: (start, position))
  }

  /// Reads the rest of any entry, whose head was read before.
  ///
  /// - Throws: `.badData` when the body does not hold it whole or a reserved bit is set.
  package mutating func rest(_ head: EntryHead) throws(PouchError) -> Entry {
    guard !head.hasReservedBits else {
      throw PouchError(.badData, "an entry's reserved bits are set")
    }
    let attributes = head.hasAttributes ? try takeAttributes() : nil
    return Entry(
      format: head.format, hasMore: head.hasMore, attributes: attributes,
      payload: body[try payloadRange(head)])
  }

  /// Reads the next entry.
  package mutating func next() throws(PouchError) -> Entry {
    try rest(nextHead())
  }

  private mutating func takeAttributes() throws(PouchError) -> Bytes {
    guard body.count - position >= 2 else { throw EntryReader.cut() }
    let length = Int(body.withUnsafeBytes { $0.bigEndian(position, as: UInt16.self) })
    position += 2
    guard body.count - position >= length else { throw EntryReader.cut() }
    defer { position += length }
    return body[position..<position + length]
  }

  @usableFromInline
  static func cut() -> PouchError {
    PouchError(.badData, "a DATA body ends in the middle of an entry")
  }
}
