extension JSONPrinter {
  /// Integers up to this one are exact in every reader of JSON (RFC 7493, section 2.2).
  static let largestExact: UInt64 = 1 << 53 - 1

  /// Writes a number, a boolean or another simple value.
  ///
  /// - Parameter indices: What leads to it from the place that is being written.
  mutating func append(scalar value: Value, _ indices: [Int] = []) {
    switch value {
    case .unsigned(let number):
      if number > Self.largestExact { losePrecision(indices) }
      append(digits: String(number))
    case .negative(let number):
      if number >= Self.largestExact { losePrecision(indices) }
      append(digits: String(-1 - Int128(number)))
    case .boolean(let flag): output.append(flag ? "true" : "false")
    case .float(let number):
      guard number.isFinite else {
        lose(.nonFinite, "\(value) became null", indices)
        return output.append("null")
      }
      append(digits: number.description)
    case .undefined, .simple:
      lose(.simple, "\(value) became null", indices)
      output.append("null")
    case .null, .text, .bytes, .array, .map, .tagged: output.append("null")
    }
  }

  mutating func losePrecision(_ indices: [Int] = []) {
    lose(.precision, "an integer beyond 2^53, which most readers round", indices)
  }

  mutating func append(digits: String) { output.append(utf8: digits) }

  /// Writes a string and returns where it ends.
  mutating func append(text head: Head, at offset: Int) -> Int {
    output.append("\"")
    var chunks = bytes.chunks(head, at: offset)
    while let chunk = chunks.next() { output.append(quoting: chunk, .json) }
    output.append("\"")
    return chunks.end
  }

  mutating func append(quoted text: String) {
    var text = text
    output.append("\"")
    text.withUTF8 { output.append(quoting: UnsafeRawBufferPointer($0), .json) }
    output.append("\"")
  }

  /// Writes a byte string as text and returns where it ends.
  mutating func append(bytes head: Head, at offset: Int, _ byteText: ByteText) -> Int {
    output.append("\"")
    let end = bytes.append(head, at: offset, as: byteText, to: &output)
    output.append("\"")
    return end
  }
}

extension EncodedBytes {
  /// Writes a byte string as text without its quotes and returns where it ends.
  func append(
    _ head: Head, at offset: Int, as byteText: ByteText, to output: inout TextOutput
  ) -> Int {
    var writer = ByteText.Writer(byteText)
    var chunks = chunks(head, at: offset)
    while let chunk = chunks.next() { writer.append(chunk, to: &output) }
    writer.finish(&output)
    return chunks.end
  }
}
