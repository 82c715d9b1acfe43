internal import CBOR

/// Arrays of numbers, which Python's plain data has as lists.
extension Pickler {
  /// The numbers of a typed array, or the elements of an ordinary one.
  private enum Elements {
    case numbers(NumberFormat, [UInt8])
    case values([Value])

    var count: Int {
      switch self {
      case .numbers(let format, let bytes): bytes.count / format.size
      case .values(let values): values.count
      }
    }
  }

  mutating func writeNumbers(_ tagged: Value.Tagged) throws(PickleError) {
    let elements = try elements(.tagged(tagged))
    writer.startList(elements.count)
    for index in 0..<elements.count { try write(elements, index) }
    writer.endList(elements.count)
  }

  private func elements(_ value: Value) throws(PickleError) -> Elements {
    if let values = value.array { return .values(values) }
    guard case .tagged(let tagged) = value, (64...87).contains(tagged.tag) else {
      throw unsupported("an array of several dimensions without its elements")
    }
    guard let format = NumberFormat(tag: tagged.tag) else {
      throw unsupported("tag \(tagged.tag), whose numbers have no counterpart in Python")
    }
    guard let bytes = tagged.content.bytes, bytes.count.isMultiple(of: format.size) else {
      throw unsupported("tag \(tagged.tag) without bytes for whole numbers")
    }
    return .numbers(format, bytes)
  }

  private mutating func write(_ elements: Elements, _ index: Int) throws(PickleError) {
    let value: Value
    switch elements {
    case .numbers(let format, let bytes):
      value = bytes.withUnsafeBytes { format.number($0, at: index * format.size) }
    case .values(let values): value = values[index]
    }
    switch value {
    case .unsigned(let value): writer.write(unsigned: value)
    case .negative(let value): writer.write(negative: value)
    case .float(let value): writer.write(float: value)
    case .boolean(let value): writer.write(value ? .newTrue : .newFalse)
    default: throw unsupported("an array of several dimensions that holds other than numbers")
    }
  }

  /// Writes tag 40 or 1040: a shape, and elements in row- or column-major order.
  mutating func writeDimensions(_ tagged: Value.Tagged) throws(PickleError) {
    guard let parts = tagged.content.array, parts.count == 2, let extents = parts[0].array else {
      throw unsupported("tag \(tagged.tag) without a shape and elements")
    }
    var shape: [Int] = []
    for extent in extents {
      guard let extent = extent.unsignedInteger.flatMap({ Int(exactly: $0) }) else {
        throw unsupported("tag \(tagged.tag) with a shape that is none")
      }
      shape.append(extent)
    }
    let elements = try elements(parts[1])
    guard let layout = ArrayLayout(shape: shape), layout.count == elements.count else {
      throw unsupported("tag \(tagged.tag), whose elements do not fill its shape")
    }
    let strides = tagged.tag == 40 ? layout.rowMajorStrides : layout.columnMajorStrides
    guard !shape.isEmpty else { return try write(elements, 0) }
    try countLists(shape)
    try writeLists(shape, strides, elements)
  }

  /// Counts the lists of a shape: there is one for each element of each dimension but the last, and
  /// where a dimension is of none, they may be many more than the elements.
  private mutating func countLists(_ shape: [Int]) throws(PickleError) {
    var inDimension = 1
    for extent in shape {
      lists -= inDimension
      let (product, overflow) = inDimension.multipliedReportingOverflow(by: extent)
      guard lists >= 0, !overflow else {
        throw PickleError(.limitExceeded, "dimensions that unfold to more lists than allowed")
      }
      if product == 0 { return }
      inDimension = product
    }
  }

  /// Writes nested lists, the innermost of which hold the elements.
  private mutating func writeLists(
    _ shape: [Int], _ strides: [Int], _ elements: Elements
  ) throws(PickleError) {
    // The lists that are open, by the index that each has come to, and where they stand.
    var index: [Int] = []
    var position = 0
    repeat {
      // Lists down to the innermost one.
      while index.count < shape.count {
        writer.startList(shape[index.count])
        index.append(0)
        if shape[index.count - 1] == 0 { break }
      }
      let innermost = index.count - 1
      if innermost == shape.count - 1 {
        for step in 0..<shape[innermost] {
          try write(elements, position + step * strides[innermost])
        }
      }
      index.removeLast()
      writer.endList(shape[innermost])
      // On to the next list of those that are left.
      while let last = index.indices.last {
        index[last] += 1
        position += strides[last]
        if index[last] < shape[last] { break }
        position -= strides[last] * shape[last]
        index.removeLast()
        writer.endList(shape[last])
      }
    } while !index.isEmpty
  }
}
