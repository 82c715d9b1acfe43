extension JSONPrinter {
  /// Decimal digits take quadratic time, so longer bignums become the bytes that they are: those
  /// beyond the digits that reading takes.
  private static let longestInteger = 1786

  /// Writes what a tag means, where JSON has a form for that.
  ///
  /// - Returns: Whether it did.
  mutating func append(meaningOf tagged: Value.Tagged) -> Bool {
    switch tagged.tag {
    case Tag.positiveBignum, Tag.negativeBignum: return append(bignum: tagged)
    case Tag.decimalFraction: return append(decimalFraction: tagged.content)
    case Tag.duration: return append(duration: tagged.content)
    case Tag.uuid: return append(uuid: tagged.content)
    case Tag.rowMajor, Tag.columnMajor: return append(tensor: tagged)
    default:
      guard let numbers = NumberSequence(.tagged(tagged)) else { return false }
      append(numbers, shape: [numbers.count], strides: [1])
      return true
    }
  }

  private mutating func append(bignum tagged: Value.Tagged) -> Bool {
    guard case .bytes(let bytes) = tagged.content,
      let number = Value.tagged(tagged).bigInteger
    else { return false }
    let digits = bytes.count <= Self.longestInteger ? number.description : nil
    guard let digits, digits.utf8.count <= JSONScanner.mostDigits + 1 else {
      lose(.precision, "an integer of \(bytes.count) bytes became base64url text")
      append("\"")
      if tagged.tag == Tag.negativeBignum { append("~") }
      ByteText.base64URL.append(bytes, to: &text)
      append("\"")
      return true
    }
    if number.int128.map({ $0.magnitude > Self.largestExact }) ?? true { losePrecision() }
    append(digits: digits)
    return true
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

  private mutating func append(uuid content: Value) -> Bool {
    guard case .bytes(let bytes) = content, bytes.count == 16 else { return false }
    var digits: [UInt8] = []
    ByteText.base16.append(bytes, to: &digits)
    append("\"")
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { append("-") }
      text.append(digit > UInt8(ascii: "9") ? digit | 0x20 : digit)
    }
    append("\"")
    return true
  }

  // MARK: Multi-dimensional arrays

  private mutating func append(tensor tagged: Value.Tagged) -> Bool {
    guard let parts = tagged.content.array, parts.count == 2, let shape = shape(parts[0]),
      let numbers = NumberSequence(parts[1])
    else { return false }
    var strides = [Int](repeating: 1, count: shape.count)
    var count = 1
    // An array that opens costs two bytes, whatever it holds: as many as there are numbers, and
    // a few for each dimension of one.
    var arrays = 0
    for (dimension, extent) in shape.enumerated() {
      arrays += count
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= numbers.count else { return false }
      count = product
      if tagged.tag == Tag.columnMajor, dimension + 1 < shape.count {
        strides[dimension + 1] = count
      }
    }
    guard count == numbers.count, arrays <= 4 * count + 64 else { return false }
    if tagged.tag == Tag.rowMajor {
      var stride = 1
      for dimension in shape.indices.reversed() {
        strides[dimension] = stride
        stride *= shape[dimension]
      }
    }
    append(numbers, shape: shape, strides: strides)
    return true
  }

  private func shape(_ value: Value) -> [Int]? {
    guard let extents = value.array, (1...32).contains(extents.count) else { return nil }
    var shape: [Int] = []
    for extent in extents {
      guard let extent = extent.integer, extent >= 0, let count = Int(exactly: extent) else {
        return nil
      }
      shape.append(count)
    }
    // Without an element nothing bounds the other extents.
    return shape.count > 1 && shape.contains(0) ? nil : shape
  }

  /// Writes numbers as arrays in arrays, the last index running fastest.
  private mutating func append(_ numbers: NumberSequence, shape: [Int], strides: [Int]) {
    guard !shape.contains(0) else { return append("[]") }
    var index = [Int](repeating: 0, count: shape.count)
    var source = 0
    // The dimensions of which a new array begins with the next number.
    var opening = shape.count
    while true {
      for _ in 0..<opening { append("[") }
      append(scalar: numbers[source], index)
      opening = 0
      while opening < shape.count {
        let dimension = shape.count - 1 - opening
        index[dimension] += 1
        source += strides[dimension]
        if index[dimension] < shape[dimension] { break }
        source -= strides[dimension] * shape[dimension]
        index[dimension] = 0
        append("]")
        opening += 1
      }
      if opening == shape.count { return }
      append(",")
    }
  }
}

extension Value.Tagged {
  /// Whether the content says all that the tag does: dates and URIs that are text, and the mark
  /// of CBOR itself.
  var speaksForItself: Bool {
    switch tag {
    case Tag.dateText, Tag.fullDate, Tag.uri: content.text != nil
    case 55799: true
    default: false
    }
  }
}
