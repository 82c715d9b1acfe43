/// A multi-dimensional array of numbers with its shape (RFC 8746, tag 40).
///
/// The elements travel as a typed array, so that nothing is encoded one by one. Arrays in
/// column-major order (tag 1040) are read too, and turned into row-major ones.
public struct Tensor<Element: TypedArrayElement>: Hashable, Sendable {
  /// The extent of each dimension, outermost first.
  public let shape: [Int]
  /// All elements, the last index running fastest.
  public let elements: [Element]

  /// - Returns: nil unless `shape` is of that many elements.
  public init?(shape: [Int], elements: [Element]) {
    guard Tensor.count(shape) == elements.count else { return nil }
    self.shape = shape
    self.elements = elements
  }

  /// The number of elements of a shape, or nil where it is negative or cannot be counted.
  private static func count(_ shape: [Int]) -> Int? {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      if overflow || extent < 0 { return nil }
      count = product
    }
    return count
  }

  /// The element at one index for each dimension.
  public subscript(indices: Int...) -> Element {
    precondition(indices.count == shape.count, "one index for each dimension")
    var position = 0
    for (index, extent) in zip(indices, shape) {
      precondition((0..<extent).contains(index), "an index outside of its dimension")
      position = position * extent + index
    }
    return elements[position]
  }

  /// Elements of which the first index runs fastest, put in row-major order.
  private static func transposed(_ elements: [Element], _ shape: [Int]) -> [Element] {
    var strides: [Int] = []
    var stride = 1
    for extent in shape {
      strides.append(stride)
      stride *= extent
    }
    var index = [Int](repeating: 0, count: shape.count)
    var source = 0
    return elements.indices.map { _ in
      let element = elements[source]
      for dimension in shape.indices.reversed() {
        index[dimension] += 1
        source += strides[dimension]
        if index[dimension] < shape[dimension] { break }
        source -= strides[dimension] * shape[dimension]
        index[dimension] = 0
      }
      return element
    }
  }
}

extension Tensor: Codable {
  private enum CodingKeys: CodingKey { case shape, elements }

  /// Coders other than this module's see a map of `shape` and `elements`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let shape = try container.decode([Int].self, forKey: .shape)
    let elements = try container.decode([Element].self, forKey: .elements)
    guard let tensor = Tensor(shape: shape, elements: elements) else {
      throw DecodingError.dataCorruptedError(
        forKey: .shape, in: container,
        debugDescription: "the shape \(shape) is not of \(elements.count) elements")
    }
    self = tensor
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(shape, forKey: .shape)
    try container.encode(elements, forKey: .elements)
  }
}

extension Tensor: DirectlyEncodable {
  func encodeDirectly(to session: EncodingSession) throws {
    session.writer.head(MajorType.tag, Tag.rowMajor)
    session.writer.head(MajorType.array, 2)
    session.writer.head(MajorType.array, UInt64(shape.count))
    for extent in shape { session.writer.write(integer: extent) }
    try TypedArray(elements).encodeDirectly(to: session)
  }
}

extension Tensor: DirectlyDecodable {
  static func decodeDirectly(
    from document: Document, at cursor: ItemCursor
  ) throws -> Tensor<Element> {
    let head = document.head(cursor)
    guard head.major == MajorType.tag,
      head.argument == Tag.rowMajor || head.argument == Tag.columnMajor
    else { throw document.mismatch(Self.self, "a multi-dimensional array, tag 40", cursor) }
    let inner = ItemCursor(offset: cursor.offset + head.size, record: cursor.record)
    var parts = try document.elements(inner, for: Self.self)
    guard let first = parts.next(), let second = parts.next(), parts.isAtEnd else {
      throw document.failure(.invalidValue, "tag 40 holds a shape and an array", cursor)
    }
    let shape = try [Int].decodeDirectly(from: document, at: first)
    let elements = try [Element].decodeDirectly(from: document, at: second)
    guard let tensor = Tensor(shape: shape, elements: elements) else {
      throw document.failure(
        .invalidValue, "the shape \(shape) is not of \(elements.count) elements", cursor)
    }
    guard head.argument == Tag.columnMajor else { return tensor }
    return Tensor(shape: shape, elements: transposed(elements, shape)) ?? tensor
  }
}
