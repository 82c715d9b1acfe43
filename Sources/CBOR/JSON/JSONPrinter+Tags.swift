extension JSONPrinter {
  /// Decimal digits take quadratic time, so longer bignums become the bytes that they are: those
  /// beyond the digits that reading takes.
  private static let longestInteger = 1786

  /// Writes what a tag means, where JSON has a form for that.
  ///
  /// - Returns: Where the content ends, or nil where it has none.
  mutating func append(meaningOf tag: Head, at offset: Int) -> Int? {
    let content = offset + tag.size
    switch tag.argument {
    case Tag.positiveBignum, Tag.negativeBignum: return append(bignum: tag, at: content)
    case Tag.decimalFraction:
      guard let (value, end) = bytes.small(at: content), append(decimalFraction: value) else {
        return nil
      }
      return end
    case Tag.duration:
      guard let (value, end) = bytes.small(at: content), append(duration: value) else {
        return nil
      }
      return end
    case Tag.uuid: return append(uuid: content)
    case Tag.rowMajor, Tag.columnMajor: return append(tensor: tag, at: content)
    default:
      guard let numbers = NumberSequence(typed: bytes, tag, at: offset) else { return nil }
      append(numbers, shape: [numbers.count], strides: [1])
      return numbers.end
    }
  }

  private mutating func append(bignum tag: Head, at offset: Int) -> Int? {
    let head = bytes.head(at: offset)
    guard head.major == MajorType.bytes else { return nil }
    let (count, end) = bytes.measure(head, at: offset)
    let number =
      count <= Self.longestInteger
      ? Value.tagged(tag.argument, .bytes(bytes.content(head, at: offset).bytes)).bigInteger : nil
    guard let number, case let digits = number.description,
      digits.utf8.count <= JSONScanner.mostDigits + 1
    else {
      lose(.precision, "an integer of \(count) bytes became base64url text")
      output.append("\"")
      if tag.argument == Tag.negativeBignum { output.append("~") }
      _ = bytes.append(head, at: offset, as: .base64URL, to: &output)
      output.append("\"")
      return end
    }
    if number.int128.map({ $0.magnitude > Self.largestExact }) ?? true { losePrecision() }
    append(digits: digits)
    return end
  }

  /// Writes mantissa and exponent as one number.
  private mutating func append(decimalFraction content: Value) -> Bool {
    guard let number = DecimalNumber(tag4: content) else { return false }
    append(number)
    return true
  }

  private mutating func append(_ number: DecimalNumber) {
    if !number.isFloat {
      lose(.precision, "a number that no float of 64 bits holds, which most readers round")
    }
    append(digits: number.description)
  }

  /// Writes a duration as seconds: those under key 1, and thousandths, millionths or billionths to
  /// add under -3, -6 or -9.
  private mutating func append(duration content: Value) -> Bool {
    guard let entries = content.map, let seconds = content[key: 1]?.integer else { return false }
    let fraction = entries.first { $0.key != 1 }
    guard entries.count == (fraction == nil ? 1 : 2) else { return false }
    guard let fraction else {
      append(scalar: Value(seconds))
      return true
    }
    guard let exponent = fraction.key.integer, [-3, -6, -9].contains(exponent),
      let part = fraction.value.integer
    else { return false }
    let scale = (exponent..<0).reduce(Int128(1)) { scale, _ in scale * 10 }
    let scaled = Int128(seconds) * scale + Int128(part)
    guard let number = DecimalNumber("\(scaled)e\(exponent)".utf8) else { return false }
    append(number)
    return true
  }

  private mutating func append(uuid offset: Int) -> Int? {
    let head = bytes.head(at: offset)
    guard head.major == MajorType.bytes, bytes.measure(head, at: offset).count == 16 else {
      return nil
    }
    let (content, end) = bytes.content(head, at: offset)
    output.append("\"")
    content.withUnsafeBytes { content in
      for (part, range) in [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].enumerated() {
        if part > 0 { output.append("-") }
        output.append(hex: UnsafeRawBufferPointer(rebasing: content[range]))
      }
    }
    output.append("\"")
    return end
  }

  // MARK: Multi-dimensional arrays

  private mutating func append(tensor tag: Head, at offset: Int) -> Int? {
    let head = bytes.head(at: offset)
    guard head.major == MajorType.array, head.isIndefinite || head.argument == 2,
      let (shape, place) = shape(at: offset + head.size),
      // An indefinite array may end here.
      bytes.base[place] != Initial.break, let numbers = NumberSequence(bytes, at: place),
      !head.isIndefinite || bytes.base[numbers.end] == Initial.break
    else { return nil }
    var strides = [Int](repeating: 1, count: shape.count)
    var count = 1
    // An array that opens costs two bytes, whatever it holds: as many as there are numbers, and
    // a few for each dimension of one.
    var arrays = 0
    for (dimension, extent) in shape.enumerated() {
      arrays += count
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= numbers.count else { return nil }
      count = product
      if tag.argument == Tag.columnMajor, dimension + 1 < shape.count {
        strides[dimension + 1] = count
      }
    }
    guard count == numbers.count, arrays <= 4 * count + 64 else { return nil }
    if tag.argument == Tag.rowMajor {
      var stride = 1
      for dimension in shape.indices.reversed() {
        strides[dimension] = stride
        stride *= shape[dimension]
      }
    }
    append(numbers, shape: shape, strides: strides)
    return numbers.end + (head.isIndefinite ? 1 : 0)
  }

  /// The extents of an array of arrays, and where they end.
  private func shape(at offset: Int) -> ([Int], end: Int)? {
    // The array itself, and up to 32 extents.
    guard let (value, end) = bytes.small(at: offset, items: 33), let extents = value.array,
      !extents.isEmpty
    else { return nil }
    var shape: [Int] = []
    for extent in extents {
      guard let extent = extent.integer, extent >= 0, let count = Int(exactly: extent) else {
        return nil
      }
      shape.append(count)
    }
    // Without an element nothing bounds the other extents.
    return shape.count > 1 && shape.contains(0) ? nil : (shape, end)
  }

  /// Writes numbers as arrays in arrays, the last index running fastest.
  private mutating func append(_ numbers: NumberSequence, shape: [Int], strides: [Int]) {
    guard !shape.contains(0) else { return output.append("[]") }
    var index = [Int](repeating: 0, count: shape.count)
    var source = 0
    // The dimensions of which a new array begins with the next number.
    var opening = shape.count
    while true {
      for _ in 0..<opening { output.append("[") }
      append(scalar: numbers[source], index)
      opening = 0
      while opening < shape.count {
        let dimension = shape.count - 1 - opening
        index[dimension] += 1
        source += strides[dimension]
        if index[dimension] < shape[dimension] { break }
        source -= strides[dimension] * shape[dimension]
        index[dimension] = 0
        output.append("]")
        opening += 1
      }
      if opening == shape.count { return }
      output.append(",")
      output.handOn()
    }
  }
}
