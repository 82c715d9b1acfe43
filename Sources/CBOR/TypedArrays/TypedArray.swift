/// Numbers that travel as one byte string, copied as a whole (RFC 8746, tags 64 to 87).
///
/// Written in little-endian order. Read in either order, and from an ordinary array of numbers.
/// Coders other than this module's see an ordinary array.
public struct TypedArray<Element: TypedArrayElement>: Hashable, Sendable {
  public var elements: [Element]

  public init(_ elements: [Element]) { self.elements = elements }
}

extension TypedArray: RandomAccessCollection, MutableCollection, ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: Element...) { self.elements = elements }

  public var startIndex: Int { elements.startIndex }
  public var endIndex: Int { elements.endIndex }
  public subscript(index: Int) -> Element {
    get { elements[index] }
    set { elements[index] = newValue }
  }

  public func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<Element>) throws -> Result
  ) rethrows -> Result? {
    try elements.withUnsafeBufferPointer(body)
  }
}

extension TypedArray: Codable {
  public init(from decoder: any Decoder) throws {
    elements = try decoder.singleValueContainer().decode([Element].self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(elements)
  }
}

extension TypedArray: DirectlyEncodable {
  func encodeDirectly(to session: EncodingSession) throws {
    let size = elements.count * MemoryLayout<Element>.size
    session.writer.head(MajorType.tag, Element.littleEndianTag)
    session.writer.head(MajorType.bytes, UInt64(size))
    session.writeContent(size) { target in
      elements.withUnsafeBytes { Element.copy($0, to: target, bigEndian: false) }
    }
  }
}

extension TypedArray: DirectlyDecodable {
  static func decodeDirectly(
    from document: Document, at cursor: ItemCursor
  ) throws -> TypedArray<Element> {
    TypedArray(try [Element].decodeDirectly(from: document, at: cursor))
  }
}

extension Document {
  /// The elements of a typed array, where one stands here and `type` is a number.
  func typedArray<Element>(of type: Element.Type, at cursor: ItemCursor) throws -> [Element]? {
    let head = head(cursor)
    guard head.major == MajorType.tag, (64...87).contains(head.argument),
      let number = type as? any TypedArrayElement.Type
    else { return nil }
    return try numbers(number, as: type, at: cursor)
  }

  /// `Number` and `Element` are one type, which the compiler knows under two names.
  private func numbers<Number: TypedArrayElement, Element>(
    _ type: Number.Type, as element: Element.Type, at cursor: ItemCursor
  ) throws -> [Element] {
    unsafeBitCast(try numbers(type, at: cursor), to: [Element].self)
  }

  private func numbers<Number: TypedArrayElement>(
    _ type: Number.Type, at cursor: ItemCursor
  ) throws -> [Number] {
    let head = head(cursor)
    guard head.argument == type.littleEndianTag || head.argument == type.bigEndianTag else {
      throw mismatch(type, "a typed array of \(type), tag \(type.littleEndianTag)", cursor)
    }
    let inner = ItemCursor(offset: cursor.offset + head.size, record: cursor.record)
    let string = self.head(inner)
    guard string.major == MajorType.bytes else { throw mismatch(type, "a byte string", inner) }
    if string.isIndefinite {
      return try stringBytes(inner, string).withUnsafeBytes {
        try numbers($0, tag: head.argument, inner)
      }
    }
    return try numbers(content(inner, string), tag: head.argument, inner)
  }

  private func numbers<Number: TypedArrayElement>(
    _ bytes: UnsafeRawBufferPointer, tag: UInt64, _ cursor: ItemCursor
  ) throws -> [Number] {
    let (count, rest) = bytes.count.quotientAndRemainder(dividingBy: MemoryLayout<Number>.size)
    guard rest == 0 else {
      throw failure(.invalidValue, "\(bytes.count) bytes are no array of \(Number.self)", cursor)
    }
    return [Number](unsafeUninitializedCapacity: count) { target, initialized in
      Number.copy(
        bytes, to: UnsafeMutableRawBufferPointer(target),
        bigEndian: tag == Number.bigEndianTag && tag != Number.littleEndianTag)
      initialized = count
    }
  }
}
