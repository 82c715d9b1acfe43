extension Value {
  /// The item as people read and type it (RFC 8949, section 8), on one line.
  ///
  /// Reading it back gives an equal value. Bignums appear as the integers that they are.
  public var diagnosticNotation: String {
    var printer = DiagnosticPrinter()
    printer.print(self)
    return printer.text
  }
}

extension Value: CustomStringConvertible, CustomDebugStringConvertible {
  /// The item in diagnostic notation.
  public var description: String { diagnosticNotation }
  public var debugDescription: String { diagnosticNotation }
}

/// Writes diagnostic notation, without recursion.
private struct DiagnosticPrinter {
  /// Decimal digits take quadratic time, so longer bignums are shown as the bytes that they are.
  private static let longestInteger = 1024

  var text = ""

  mutating func print(_ value: Value) {
    guard let root = open(value) else { return }
    var stack = [(value: value, items: root.items, next: 0)]
    while let top = stack.indices.last {
      let (container, items, next) = stack[top]
      guard next < items.count else {
        close(container)
        stack.removeLast()
        continue
      }
      if next > 0 { separate(container, next) }
      stack[top].next += 1
      if let node = open(items[next]) {
        stack.append((value: items[next], items: node.items, next: 0))
      }
    }
  }

  /// Writes a scalar whole, or the opening of a container whose node is then returned.
  private mutating func open(_ value: Value) -> ValueNode? {
    switch value {
    case .array(let elements):
      text += "["
      return elements.node
    case .map(let entries):
      text += "{"
      return entries.node
    case .tagged(let tagged):
      if let integer = bignum(tagged) {
        text += integer
        return nil
      }
      text += "\(tagged.tag)("
      return tagged.node
    case .unsigned(let value): text += String(value)
    case .negative(let value): text += String(-1 - Int128(value))
    case .bytes(let value): append(bytes: value)
    case .text(let value): append(quoted: value)
    case .boolean(let value): text += value ? "true" : "false"
    case .null: text += "null"
    case .undefined: text += "undefined"
    case .float(let value): append(float: value)
    case .simple(let value): text += "simple(\(value))"
    }
    return nil
  }

  private mutating func separate(_ container: Value, _ position: Int) {
    if case .map = container, position & 1 == 1 {
      text += ": "
    } else {
      text += ", "
    }
  }

  private mutating func close(_ container: Value) {
    switch container {
    case .array: text += "]"
    case .map: text += "}"
    default: text += ")"
    }
  }

  /// The digits of a bignum that is written in its shortest form, so that reading them gives the
  /// same item.
  private func bignum(_ tagged: Value.Tagged) -> String? {
    guard case .bytes(let bytes) = tagged.content,
      tagged.tag == Tag.positiveBignum || tagged.tag == Tag.negativeBignum,
      (9...Self.longestInteger).contains(bytes.count), bytes.first != 0
    else { return nil }
    return Value.tagged(tagged).bigInteger?.description
  }

  private mutating func append(bytes: [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    text += "h'"
    text += String(unsafeUninitializedCapacity: bytes.count * 2) { target in
      for (index, byte) in bytes.enumerated() {
        target[2 * index] = digits[Int(byte >> 4)]
        target[2 * index + 1] = digits[Int(byte & 15)]
      }
      return bytes.count * 2
    }
    text += "'"
  }

  private mutating func append(quoted value: String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      // Controls, and the separators that some programs take for the end of a line.
      case "\0"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }

  /// The shortest digits that give the float back, always with a point.
  private mutating func append(float value: Double) {
    if value.isNaN {
      text += "NaN"
    } else if value.isInfinite {
      text += value < 0 ? "-Infinity" : "Infinity"
    } else {
      let parts = value.description.split(separator: "e")
      text += parts[0]
      if parts.count == 2 {
        if !parts[0].contains(".") { text += ".0" }
        text += "e" + (parts[1].hasPrefix("-") ? "-" : "+")
        text += parts[1].dropFirst().drop { $0 == "0" }
      }
    }
  }
}
