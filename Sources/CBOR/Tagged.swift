/// A value under a tag of one's own choice.
///
/// Coders other than this module's see a map of `tag` and `content`.
public struct Tagged<Content> {
  public var tag: UInt64
  public var content: Content

  public init(_ tag: UInt64, _ content: Content) {
    self.tag = tag
    self.content = content
  }
}

extension Tagged: Sendable where Content: Sendable {}
extension Tagged: Equatable where Content: Equatable {}
extension Tagged: Hashable where Content: Hashable {}
extension Tagged: Encodable where Content: Encodable {}
extension Tagged: Decodable where Content: Decodable {}

extension Tagged: DirectlyEncodable where Content: Encodable {
  func encodeDirectly(to session: EncodingSession) throws {
    try session.tagged(tag) { try session.encode(content) }
  }
}

extension Tagged: DirectlyDecodable where Content: Decodable {
  static func decodeDirectly(
    from document: Document, at cursor: ItemCursor
  ) throws -> Tagged<Content> {
    let head = document.head(cursor)
    guard head.major == MajorType.tag else {
      throw document.mismatch(Self.self, "a tag", cursor)
    }
    let inner = ItemCursor(offset: cursor.offset + head.size, record: cursor.record)
    return Tagged(head.argument, try document.decode(Content.self, at: inner))
  }
}
