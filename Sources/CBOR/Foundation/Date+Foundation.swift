#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Tag 1: seconds since 1970, as an integer where they are whole. Read from tags 0 (RFC 3339
/// text) and 1001 (RFC 9581) too.
extension Date: LeafEncodable, DirectlyDecodable {
  func write(to writer: Writer) {
    writer.head(MajorType.tag, Tag.epoch)
    let seconds = timeIntervalSince1970
    if let whole = Int64(exactly: seconds) {
      writer.write(integer: whole)
    } else {
      writer.write(float: seconds)
    }
  }

  static func decodeDirectly(from document: Document, at cursor: ItemCursor) throws -> Date {
    let head = document.head(cursor)
    guard head.major == MajorType.tag else {
      throw document.mismatch(Self.self, "a date, tag 0, 1 or 1001", cursor)
    }
    let inner = ItemCursor(offset: cursor.offset + head.size, record: cursor.record)
    switch head.argument {
    case Tag.dateText:
      guard let seconds = RFC3339.seconds(in: try document.text(inner)) else {
        throw document.failure(.invalidValue, "text that is no date and time of RFC 3339", cursor)
      }
      return Date(timeIntervalSince1970: seconds)
    case Tag.epoch:
      let seconds = try document.double(inner)
      guard seconds.isFinite else {
        throw document.failure(.invalidValue, "a date that is not finite", cursor)
      }
      return Date(timeIntervalSince1970: seconds)
    case Tag.extendedTime:
      return Date(timeIntervalSince1970: try extendedSeconds(document, inner))
    default:
      return try decodeDirectly(from: document, at: inner)
    }
  }

  /// Key 1 holds the seconds; -3, -6 and -9 hold thousandths, millionths and billionths to add.
  private static func extendedSeconds(_ document: Document, _ cursor: ItemCursor) throws -> Double {
    let map = try document.map(cursor, for: Date.self)
    guard let base = document.value(of: 1, in: map) else {
      throw document.failure(.invalidValue, "a time of RFC 9581 without key 1", cursor)
    }
    var seconds = try document.double(base)
    for (key, scale) in [(-3, 1e3), (-6, 1e6), (-9, 1e9)] {
      if let part = document.value(of: key, in: map) {
        seconds += try document.double(part) / scale
      }
    }
    guard seconds.isFinite else {
      throw document.failure(.invalidValue, "a date that is not finite", cursor)
    }
    return seconds
  }
}
