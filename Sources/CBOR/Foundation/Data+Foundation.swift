#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

extension Data: DirectlyEncodable, DirectlyDecodable {
  func encodeDirectly(to session: EncodingSession) throws {
    session.writer.head(MajorType.bytes, UInt64(count))
    session.writeContent(count) { target in
      withUnsafeBytes { target.copyMemory(from: $0) }
    }
  }

  static func decodeDirectly(from document: Document, at cursor: ItemCursor) throws -> Data {
    let inner = document.untagged(cursor)
    let head = document.head(inner)
    guard head.major == MajorType.bytes else {
      // What `Data` is to other coders.
      return Data(
        try document.decodeAll(document.elements(inner, for: Data.self)) as [UInt8])
    }
    guard head.isIndefinite else { return Data(document.content(inner, head)) }
    return Data(document.stringBytes(inner, head))
  }
}

extension CBORDecoder {
  /// Decodes a value from bytes that hold one data item and nothing else; see
  /// `decode(_:from:)`.
  public func decode<T: Decodable>(_ type: T.Type, from data: Data) throws(CBORError) -> T {
    try data.withUnsafeBytes { bytes in
      Result { () throws(CBORError) in try decode(type, from: bytes) }
    }.get()
  }
}

extension Value {
  /// Decodes one data item; see `init(decoding:limits:)`.
  public init(
    decoding data: Data, limits: DecodingLimits = DecodingLimits()
  ) throws(CBORError) {
    self = try data.withUnsafeBytes { bytes in
      Result { () throws(CBORError) in try Value(decoding: bytes, limits: limits) }
    }.get()
  }

  public init(_ data: Data) { self = .bytes(Array(data)) }
}
