internal import PouchCore
internal import PouchTLS

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

extension ValueType where Value == String {
  /// A name that a certificate can have.
  static let certificateName = ValueType(
    noun: "name", pattern: .object([("type", .text("string"))])
  ) { text, _ throws(Complaint) in
    do throws(PouchError) {
      _ = try CertificateName(text)
      return text
    } catch {
      throw Complaint(error.message, hint: error.hint)
    }
  } format: {
    $0
  }
}
