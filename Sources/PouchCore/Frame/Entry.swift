/// One object, or one chunk of one, inside a DATA body (docs/wire.md, section 5).
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

  static let hasAttributesBit: UInt8 = 0x10
  static let moreBit: UInt8 = 0x20

  /// The bytes in front of a payload without attributes.
  package static let headSize = 4
  /// The most payload bytes that the 24 bits of an entry can say.
  package static let longestPayload = 0xff_ffff
  /// The most bytes of encoded attributes that their 16-bit length can say.
  package static let longestAttributes = 0xffff

  /// Appends the head of an entry, attributes included, for a payload of `length` bytes.
  @inline(__always)
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

/// Reads the entries of a decoded DATA body, one after the other, as slices of it.
package struct EntryReader: Sendable {
  private let body: Bytes
  private var position = 0

  package init(_ body: Bytes) {
    self.body = body
  }

  package var isAtEnd: Bool { position == body.count }

  /// Reads the next entry.
  ///
  /// - Throws: `.badData` when the body does not hold it whole or a reserved bit is set.
  @inline(__always)
  package mutating func next() throws(PouchError) -> Entry {
    let start = position
    guard body.count - start >= Entry.headSize else { throw EntryReader.cut() }
    let head: UInt32 = body.withUnsafeBytes { $0.bigEndian(start) }
    let bits = UInt8(truncatingIfNeeded: head)
    guard bits & 0xc0 == 0 else {
      throw PouchError(.badData, "an entry's reserved bits are set")
    }
    let length = Int(head >> 8)
    position = start + Entry.headSize
    var attributes: Bytes?
    if bits & Entry.hasAttributesBit != 0 { attributes = try takeAttributes() }
    guard body.count - position >= length else { throw EntryReader.cut() }
    defer { position += length }
    return Entry(
      format: ObjectFormat(rawValue: bits), hasMore: bits & Entry.moreBit != 0,
      attributes: attributes, payload: body[position..<position + length])
  }

  private mutating func takeAttributes() throws(PouchError) -> Bytes {
    guard body.count - position >= 2 else { throw EntryReader.cut() }
    let length = Int(body.withUnsafeBytes { $0.bigEndian(position, as: UInt16.self) })
    position += 2
    guard body.count - position >= length else { throw EntryReader.cut() }
    defer { position += length }
    return body[position..<position + length]
  }

  private static func cut() -> PouchError {
    PouchError(.badData, "a DATA body ends in the middle of an entry")
  }
}
