/// A JSON value, to write the schema with.
indirect enum JSON: Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case text(String)
  case array([JSON])
  /// Members in the order in which they are written.
  case object([(String, JSON)])

  /// Two spaces a level, short arrays on one line.
  func rendered(indent: Int = 0) -> String {
    let margin = String(repeating: "  ", count: indent + 1)
    let end = "\n" + String(repeating: "  ", count: indent)
    switch self {
    case .null: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .text(let value): return JSON.quoted(value)
    case .array(let elements):
      if elements.allSatisfy(\.isScalar) {
        return "[" + elements.map { $0.rendered() }.joined(separator: ", ") + "]"
      }
      let lines = elements.map { margin + $0.rendered(indent: indent + 1) }
      return "[\n" + lines.joined(separator: ",\n") + end + "]"
    case .object(let members):
      guard !members.isEmpty else { return "{}" }
      let lines = members.map { key, value in
        margin + JSON.quoted(key) + ": " + value.rendered(indent: indent + 1)
      }
      return "{\n" + lines.joined(separator: ",\n") + end + "}"
    }
  }

  private var isScalar: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
