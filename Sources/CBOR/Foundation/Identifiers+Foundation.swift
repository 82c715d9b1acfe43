#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Tag 37: sixteen bytes.
extension UUID: LeafEncodable, DirectlyDecodable {
  func write(to writer: Writer) {
    writer.head(MajorType.tag, Tag.uuid)
    withUnsafeBytes(of: uuid) { writer.write(bytes: $0) }
  }

  static func decodeDirectly(from document: Document, at cursor: ItemCursor) throws -> UUID {
    let inner = document.untagged(cursor)
    guard let bytes = document.byteString(inner) else {
      // What a UUID is to other coders.
      if document.head(inner).major == MajorType.text,
        let value = UUID(uuidString: try document.text(inner))
      {
        return value
      }
      throw document.mismatch(Self.self, "a UUID, tag 37", cursor)
    }
    guard bytes.count == MemoryLayout<uuid_t>.size else {
      throw document.failure(.invalidValue, "a UUID of \(bytes.count) bytes", cursor)
    }
    return UUID(uuid: bytes.withUnsafeBytes { $0.loadUnaligned(as: uuid_t.self) })
  }
}

/// Tag 32: text.
extension URL: LeafEncodable, DirectlyDecodable {
  func write(to writer: Writer) {
    writer.head(MajorType.tag, Tag.uri)
    writer.write(text: absoluteString)
  }

  static func decodeDirectly(from document: Document, at cursor: ItemCursor) throws -> URL {
    let text = try document.text(cursor)
    guard let url = URL(string: text) else {
      throw document.failure(.invalidValue, "text that is no URL", cursor)
    }
    return url
  }
}
