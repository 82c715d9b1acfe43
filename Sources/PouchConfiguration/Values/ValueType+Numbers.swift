extension ValueType where Value == Bool {
  static let boolean = ValueType(
    noun: "true or false", pattern: .object([("type", .text("boolean"))])
  ) { text, descriptor throws(Complaint) in
    switch text {
    case "true": return true
    case "false": return false
    default:
      throw Complaint("'\(descriptor.name)' must be true or false, not '\(text)'")
    }
  } format: {
    $0 ? "true" : "false"
  }
}

extension ValueType where Value == Int {
  static func count(_ range: ClosedRange<Int>) -> ValueType {
    let bounds = Bounds(range, isOpen: range.upperBound == .max, format: { String($0) })
    return ValueType(
      noun: "number", allowed: bounds.text,
      pattern: .object([
        ("type", .text("integer")), ("minimum", .integer(range.lowerBound)),
        ("maximum", .integer(range.upperBound)),
      ])
    ) { text, descriptor throws(Complaint) in
      guard let number = Int(text), text.first?.isNumber == true else {
        throw Complaint("'\(descriptor.name)' must be a whole number, not '\(text)'")
      }
      return try bounds.check(number, descriptor)
    } format: {
      String($0)
    }
  }

  static func size(_ range: ClosedRange<Int>) -> ValueType {
    let bounds = Bounds(range, format: ByteSize.format)
    return ValueType(noun: "size", allowed: bounds.text, pattern: sizePattern) {
      text, descriptor throws(Complaint) in
      try bounds.check(ByteSize.read(text), descriptor)
    } format: {
      ByteSize.format($0)
    }
  }

  static let sizePattern: JSON = .object([
    ("type", .array([.text("integer"), .text("string")])),
    ("pattern", .text("^ *[0-9]+(\\.[0-9]+)? *(B|[KMGT]iB|[kKMGT]B)? *$")),
    ("minimum", .integer(0)),
  ])
}

extension ValueType where Value == Int? {
  /// A size, or the word `unlimited`.
  static func sizeOrUnlimited(_ range: ClosedRange<Int>) -> ValueType {
    let bounds = Bounds(range, format: ByteSize.format)
    let word: JSON = .object([("const", .text("unlimited"))])
    return ValueType(
      noun: "size", allowed: "\(bounds.text), or unlimited",
      pattern: .object([("anyOf", .array([ValueType<Int>.sizePattern, word]))])
    ) { text, descriptor throws(Complaint) in
      if text == "unlimited" { return nil }
      return try bounds.check(ByteSize.read(text), descriptor)
    } format: {
      $0.map(ByteSize.format) ?? "unlimited"
    }
  }
}

extension ValueType where Value == Duration {
  static func duration(_ range: ClosedRange<Duration>) -> ValueType {
    let bounds = Bounds(range, format: DurationText.format)
    return ValueType(
      noun: "duration", allowed: bounds.text,
      pattern: .object([
        ("type", .text("string")),
        ("pattern", .text("^ *[0-9]+(\\.[0-9]+)? *(ns|us|ms|s|min|h|d) *$")),
      ])
    ) { text, descriptor throws(Complaint) in
      try bounds.check(DurationText.read(text), descriptor)
    } format: {
      DurationText.format($0)
    }
  }
}
