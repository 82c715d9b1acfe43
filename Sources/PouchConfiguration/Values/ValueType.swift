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
