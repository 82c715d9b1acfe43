internal import CBOR

/// What NumPy's own functions would have made, of numeric and boolean elements.
extension Unpickler {
  /// `numpy.dtype(code, False, True)`, whose byte order comes with its state. What is not a copy
  /// would be NumPy's own, on which a state has no effect.
  mutating func makeElementType(_ arguments: [Item]) throws(PickleError) -> Item? {
    guard arguments.count == 3, let code = arena.text(arguments[0]), arguments[1].flag == false,
      arguments[2].flag == true
    else { return nil }
    guard let type = ElementType(code: code) else {
      throw unsupported("NumPy's type '\(Name.shown(code))' has no counterpart")
    }
    return try arena.makeElementType(type, offset: reader.start)
  }

  /// The state of a type: version 3, the byte order, and nothing that plain numbers do not have.
  mutating func buildElementType(_ index: UInt32, _ state: [Item]?) throws(PickleError) {
    guard let state, state.count == 8, state[0].count == 3, let order = arena.text(state[1]),
      state[2...4].allSatisfy(\.isNone), state[5...6].allSatisfy(\.isMinusOne),
      state[7].count == 0, arena.setOrder(order, ofType: index)
    else { throw malformed("the state of a NumPy type that is not a plain number's") }
  }

  /// `_reconstruct(ndarray, (0,), b"b")`: an array whose state is still to come.
  mutating func reconstruct(_ arguments: [Item]) throws(PickleError) -> Item? {
    guard arguments.count == 3, case .callable(.ndarray) = arguments[0],
      shape(arguments[1]) == [0], try rawBytes(arguments[2]) == [UInt8(ascii: "b")]
    else { return nil }
    return try arena.makeArray(NumPyArray(), offset: reader.start)
  }

  /// The state of an array: version 1, shape, type, whether the first index runs fastest, bytes.
  mutating func buildArray(_ index: UInt32, _ state: [Item]?) throws(PickleError) {
    guard let state, state.count == 5, state[0].count == 1, let shape = shape(state[1]),
      let type = try elementType(state[2]), let isColumnMajor = state[3].flag,
      let bytes = try rawBytes(state[4]), arena.arrays[Int(index)].value == nil
    else { throw malformed("the state of a NumPy array that is none") }
    let array = try array(shape, type, bytes, order: isColumnMajor ? .columnMajor : .rowMajor)
    try arena.fillArray(index, with: array, offset: reader.start)
  }

  /// `_frombuffer(buffer, dtype, shape, order, axes)`, which comes with protocol 5.
  mutating func fromBuffer(_ arguments: [Item]) throws(PickleError) -> Item? {
    guard arguments.count == 4 || arguments.count == 5, let bytes = arena.bytes(arguments[0]),
      let type = try elementType(arguments[1]), let shape = shape(arguments[2])
    else { return nil }
    let order: Order
    switch (arena.text(arguments[3]), arguments.dropFirst(4).first) {
    case ("C", nil): order = .rowMajor
    case ("F", nil): order = .columnMajor
    case ("K", let axes?):
      guard let axes = self.shape(axes), axes.sorted() == Array(shape.indices) else { return nil }
      order = .permuted(axes)
    default: return nil
    }
    return try arena.makeArray(
      array(shape, type, bytes, order: order), offset: reader.start)
  }

  /// `scalar(dtype, bytes)`: one number.
  mutating func scalar(_ arguments: [Item]) throws(PickleError) -> Item? {
    guard arguments.count == 2, let type = try elementType(arguments[0]),
      let bytes = try rawBytes(arguments[1])
    else { return nil }
    guard bytes.count == type.size else {
      throw malformed("\(bytes.count) bytes for a NumPy number of \(type.size)")
    }
    return switch type.scalar(bytes) {
    case .boolean(let value): .boolean(value)
    case .unsigned(let value): .unsigned(value)
    case .negative(let value): .negative(value)
    case .float(let value): .float(value)
    default: nil
    }
  }
}

extension Unpickler {
  /// In which order the elements of an array follow one another in its bytes.
  private enum Order {
    case rowMajor
    case columnMajor
    /// Row-major in another order of the dimensions: the shape is of the array before its axes
    /// are put in this one.
    case permuted([Int])
  }

  private func elementType(_ item: Item) throws(PickleError) -> ElementType? {
    guard case .elementType(let index) = item else { return nil }
    let type = arena.elementTypes[Int(index)]
    guard type.isComplete else { throw malformed("a NumPy type without its byte order") }
    return type
  }

  private func shape(_ item: Item) -> [Int]? {
    guard let node = arena.node(item), node.kind == .tuple, node.count <= 64 else { return nil }
    var shape: [Int] = []
    for extent in arena.children(of: node) {
      guard let extent = extent.count else { return nil }
      shape.append(extent)
    }
    return shape
  }

  private mutating func array(
    _ shape: [Int], _ type: ElementType, _ bytes: [UInt8], order: Order
  ) throws(PickleError) -> NumPyArray {
    guard let layout = ArrayLayout(shape: shape) else {
      throw malformed("a NumPy array of more elements than can be counted")
    }
    let (size, overflow) = layout.count.multipliedReportingOverflow(by: type.size)
    guard !overflow, size == bytes.count else {
      throw malformed("a NumPy array of \(layout.count) elements in \(bytes.count) bytes")
    }
    var shape = shape
    var content = bytes
    switch order {
    case .rowMajor: break
    case .columnMajor:
      try convert(size)
      content = layout.rowMajor(bytes, size: type.size, strides: layout.columnMajorStrides)
    case .permuted(let axes):
      try convert(size)
      shape = axes.map { layout.shape[$0] }
      let strides = layout.rowMajorStrides
      content =
        ArrayLayout(shape: shape)?
        .rowMajor(bytes, size: type.size, strides: axes.map { strides[$0] }) ?? []
    }
    if type.isBoolean { try convert(size) }
    return NumPyArray(shape: shape, elements: type.elements(content), size: size)
  }
}

extension Item {
  fileprivate var isNone: Bool { if case .none = self { true } else { false } }
  fileprivate var isMinusOne: Bool { if case .negative(0) = self { true } else { false } }
}
