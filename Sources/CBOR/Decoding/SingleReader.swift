/// Reads a value that is one item.
struct SingleReader: SingleValueDecodingContainer {
  let document: Document
  let cursor: ItemCursor

  var codingPath: [any CodingKey] { document.path(to: cursor.offset) }

  func decodeNil() -> Bool { document.isNil(cursor) }

  private func read<T: DirectlyDecodable>() throws -> T {
    try T.decodeDirectly(from: document, at: cursor)
  }

  func decode(_ type: Bool.Type) throws -> Bool { try read() }
  func decode(_ type: String.Type) throws -> String { try read() }
  func decode(_ type: Double.Type) throws -> Double { try read() }
  func decode(_ type: Float.Type) throws -> Float { try read() }
  func decode(_ type: Int.Type) throws -> Int { try read() }
  func decode(_ type: Int8.Type) throws -> Int8 { try read() }
  func decode(_ type: Int16.Type) throws -> Int16 { try read() }
  func decode(_ type: Int32.Type) throws -> Int32 { try read() }
  func decode(_ type: Int64.Type) throws -> Int64 { try read() }
  func decode(_ type: Int128.Type) throws -> Int128 { try read() }
  func decode(_ type: UInt.Type) throws -> UInt { try read() }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try read() }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try read() }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try read() }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try read() }
  func decode(_ type: UInt128.Type) throws -> UInt128 { try read() }

  func decode<T: Decodable>(_ type: T.Type) throws -> T { try document.decode(type, at: cursor) }
}
