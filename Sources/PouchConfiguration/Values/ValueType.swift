internal import PouchCore
internal import PouchTLS

/// A kind of single value: what it is called, how text becomes one, and back.
struct ValueType<Value: Sendable>: Sendable {
  /// For messages and documentation, such as `size`.
  var noun: String
  /// The bounds or words that are allowed.
  var allowed: String?
  /// JSON Schema, without the variables that may stand in any value.
  var pattern: JSON
  /// Reads text; the descriptor says for what, so that messages can.
  var parse: @Sendable (String, Descriptor) throws(Complaint) -> Value
  var format: @Sendable (Value) -> String

  /// The noun with its article, as in "takes a size".
  var phrase: String {
    if noun.hasPrefix("true") { return noun }
    return noun.first.map { "aeiou".contains($0) } == true ? "an \(noun)" : "a \(noun)"
  }

  /// JSON Schema, with the variables that may stand in any value.
  var schema: JSON {
    let variable: JSON = .object([("type", .text("string")), ("pattern", .text("\\$\\{"))])
    return .object([("anyOf", .array([pattern, variable]))])
  }
}

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
    let bounds = Bounds(range, format: { String($0) })
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

extension ValueType where Value == String {
  /// Any text that is not empty.
  static func text(_ noun: String) -> ValueType {
    ValueType(noun: noun, pattern: .object([("type", .text("string"))])) {
      text, descriptor throws(Complaint) in
      guard !text.isEmpty else { throw Complaint("'\(descriptor.name)' is empty") }
      guard !text.utf8.contains(0) else { throw Complaint("'\(descriptor.name)' holds a NUL") }
      return text
    } format: {
      $0
    }
  }
}

extension ValueType
where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
  /// One of a few words.
  ///
  /// - Parameter noun: What such a word names, as in "unknown algorithm".
  static func choice(_ noun: String) -> ValueType {
    .word(noun, Value.allCases.map { ($0.rawValue, $0) }) { $0.rawValue }
  }
}

extension ValueType where Value == TLSPolicy {
  static let policy = ValueType.word("policy", TLSPolicy.all.map { ($0.name, $0) }) { $0.name }
}

extension ValueType {
  fileprivate static func word(
    _ noun: String, _ choices: [(word: String, value: Value)],
    format: @escaping @Sendable (Value) -> String
  ) -> ValueType {
    let words = choices.map(\.word)
    let list = words.joined(separator: ", ")
    return ValueType(
      noun: "word", allowed: list, pattern: .object([("enum", .array(words.map { .text($0) }))]),
      parse: { text, descriptor throws(Complaint) in
        if let choice = choices.first(where: { $0.word == text }) { return choice.value }
        let near = nearest(to: text, among: words).map { "did you mean '\($0)'? " } ?? ""
        throw Complaint(
          "unknown \(noun) '\(text)' for '\(descriptor.section ?? descriptor.key)'",
          hint: "\(near)available: \(list)")
      }, format: format)
  }
}

extension ValueType where Value == Endpoint {
  static let endpoint = ValueType<Endpoint>(
    noun: "endpoint", pattern: .object([("type", .text("string"))])
  ) { text, _ throws(Complaint) in
    do throws(PouchError) {
      return try Endpoint(text)
    } catch {
      throw Complaint(error.message, hint: error.hint)
    }
  } format: {
    $0.description
  }
}

/// A range that says in words what lies outside it.
private struct Bounds<Value: Comparable & Sendable>: Sendable {
  let range: ClosedRange<Value>
  let format: @Sendable (Value) -> String

  init(_ range: ClosedRange<Value>, format: @escaping @Sendable (Value) -> String) {
    self.range = range
    self.format = format
  }

  var text: String { "\(format(range.lowerBound)) to \(format(range.upperBound))" }

  func check(_ value: Value, _ descriptor: Descriptor) throws(Complaint) -> Value {
    guard range.contains(value) else {
      throw Complaint(
        "'\(descriptor.name)' must be \(text), not \(format(value))")
    }
    return value
  }
}
