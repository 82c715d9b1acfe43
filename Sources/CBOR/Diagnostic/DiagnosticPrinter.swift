extension Value {
  /// The item as people read and type it (RFC 8949, section 8), on one line.
  ///
  /// Reading it back gives an equal value. Bignums appear as the integers that they are. Characters
  /// that a terminal obeys or does not show are escaped.
  public var diagnosticNotation: String {
    let writer = Writer()
    write(to: writer, keepsSimple: true)
    return DiagnosticPrinter.text(of: writer.bytes)
  }
}

extension Value: CustomStringConvertible, CustomDebugStringConvertible {
  /// The item in diagnostic notation.
  public var description: String { diagnosticNotation }
  public var debugDescription: String { diagnosticNotation }
}

/// Writes diagnostic notation of an item's bytes, without recursion.
struct DiagnosticPrinter {
  /// Decimal digits take quadratic time, so longer bignums are shown as the bytes that they are.
  private static let longestInteger = 1024

  /// A container or tag that is not closed.
  private struct Open {
    let major: UInt8
    /// Items that are still to come; nil where a break ends them.
    var left: Int?
    /// Whether the next item is the first, and whether it is a value.
    var isFirst = true
    var isValue = false
  }

  private let bytes: EncodedBytes
  private var output: TextOutput
  private var open: [Open] = []

  /// The notation of one item as a whole.
  ///
  /// - Parameter bytes: Known to be well-formed.
  static func text(of bytes: UnsafeRawBufferPointer) -> String {
    guard let bytes = EncodedBytes(validated: bytes) else { return "" }
    var output = TextOutput()
    print(bytes, to: &output)
    return output.text
  }

  /// Writes the notation of one item.
  ///
  /// - Returns: Where the item ends.
  @discardableResult
  static func print(
    _ bytes: EncodedBytes, from offset: Int = 0, to output: inout TextOutput
  ) -> Int {
    var printer = DiagnosticPrinter(bytes: bytes, output: output)
    output = TextOutput()
    let end = printer.print(from: offset)
    output = printer.output
    return end
  }

  private init(bytes: EncodedBytes, output: TextOutput) {
    self.bytes = bytes
    self.output = output
  }

  private mutating func print(from start: Int) -> Int {
    var offset = start
    while output.failure == nil {
      let head = bytes.head(at: offset)
      if head.initial == Initial.break {
        offset += 1
        close()
      } else {
        separate()
        guard let end = whole(head, at: offset) else {
          offset += head.size
          open.append(Open(major: head.major, left: Containers.items(of: head)))
          continue
        }
        offset = end
      }
      output.handOn()
      if endItem() { break }
    }
    return offset
  }

  /// Closes all that the last item completes.
  ///
  /// - Returns: Whether nothing is open any more.
  private mutating func endItem() -> Bool {
    while let top = open.indices.last {
      guard let left = open[top].left else { return false }
      open[top].left = left - 1
      if left > 1 { return false }
      close()
    }
    return true
  }

  /// Writes what stands between the last item and the next.
  private mutating func separate() {
    guard let top = open.indices.last else { return }
    if open[top].isValue {
      output.append(": ")
    } else if !open[top].isFirst {
      output.append(", ")
    }
    open[top].isFirst = false
    if open[top].major == MajorType.map { open[top].isValue.toggle() }
  }

  private mutating func close() {
    switch open.popLast()?.major {
    case MajorType.array: output.append("]")
    case MajorType.map: output.append("}")
    default: output.append(")")
    }
  }

  /// Writes an item whole and returns where it ends; or writes the opening of a container that
  /// holds something, or of a tag, and returns nil.
  private mutating func whole(_ head: Head, at offset: Int) -> Int? {
    switch head.major {
    case MajorType.array, MajorType.map:
      let isArray = head.major == MajorType.array
      guard head.argument == 0, !head.isIndefinite else {
        output.append(isArray ? "[" : "{")
        return nil
      }
      output.append(isArray ? "[]" : "{}")
    case MajorType.tag:
      if let end = bignum(head, at: offset) { return end }
      output.append(utf8: String(head.argument))
      output.append("(")
      return nil
    case MajorType.bytes: return appendBytes(head, at: offset)
    case MajorType.text: return appendText(head, at: offset)
    case MajorType.unsigned: output.append(utf8: String(head.argument))
    case MajorType.negative: output.append(utf8: String(-1 - Int128(head.argument)))
    default: append(simple: head)
    }
    return offset + head.size
  }

  private mutating func append(simple head: Head) {
    switch head.initial {
    case Initial.false: output.append("false")
    case Initial.true: output.append("true")
    case Initial.null: output.append("null")
    case Initial.undefined: output.append("undefined")
    case Initial.half, Initial.single, Initial.double: append(float: head.float)
    default:
      output.append("simple(")
      output.append(utf8: String(head.argument))
      output.append(")")
    }
  }

  /// Writes the digits of a bignum that is written in its shortest form, so that reading them gives
  /// the same item.
  private mutating func bignum(_ tag: Head, at offset: Int) -> Int? {
    guard tag.argument == Tag.positiveBignum || tag.argument == Tag.negativeBignum else {
      return nil
    }
    let start = offset + tag.size
    let head = bytes.head(at: start)
    guard head.major == MajorType.bytes,
      (9...Self.longestInteger).contains(bytes.measure(head, at: start).count)
    else { return nil }
    let (content, end) = bytes.content(head, at: start)
    guard content.first != 0, let integer = Value.tagged(tag.argument, .bytes(content)).bigInteger
    else { return nil }
    output.append(utf8: integer.description)
    return end
  }

  private mutating func appendBytes(_ head: Head, at offset: Int) -> Int {
    output.append("h'")
    var chunks = bytes.chunks(head, at: offset)
    while let chunk = chunks.next() { output.append(hex: chunk) }
    output.append("'")
    return chunks.end
  }

  private mutating func appendText(_ head: Head, at offset: Int) -> Int {
    output.append("\"")
    var chunks = bytes.chunks(head, at: offset)
    while let chunk = chunks.next() { output.append(quoting: chunk, .diagnostic) }
    output.append("\"")
    return chunks.end
  }

  /// The shortest digits that give the float back, always with a point.
  private mutating func append(float value: Double) {
    if value.isNaN {
      output.append("NaN")
    } else if value.isInfinite {
      output.append(value < 0 ? "-Infinity" : "Infinity")
    } else {
      let parts = value.description.split(separator: "e")
      output.append(utf8: String(parts[0]))
      if parts.count == 2 {
        if !parts[0].contains(".") { output.append(".0") }
        output.append(parts[1].hasPrefix("-") ? "e-" : "e+")
        output.append(utf8: String(parts[1].drop { "-+0".contains($0) }))
      }
    }
  }
}
