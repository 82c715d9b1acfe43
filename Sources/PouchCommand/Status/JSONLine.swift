internal import CBOR
internal import PouchCore

/// A JSON value, to write one object a line with.
package indirect enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case unsigned(UInt64)
  /// Seconds, ratios: written with three decimals.
  case number(Double)
  case text(String)
  case array([JSONValue])
  /// Members in the order in which they are written.
  case object([(String, JSONValue)])
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  package init(stringLiteral value: String) { self = .text(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
}

extension JSONValue {
  /// The value as text without a line break.
  package var text: String {
    var result = ""
    write(to: &result) { $0 }
    return result
  }

  /// The value as text for others to read, with bytes that are no text as `\377`.
  var line: String {
    var result = ""
    write(to: &result, SystemText.readable)
    return result
  }

  /// - Parameter shown: What stands in the text for a text.
  private func write(to result: inout String, _ shown: (String) -> String) {
    switch self {
    case .null: result += "null"
    case .bool(let value): result += value ? "true" : "false"
    case .integer(let value): result += String(value)
    case .unsigned(let value): result += String(value)
    case .number(let value): result += JSONValue.decimal(value)
    case .text(let value): JSONValue.quote(shown(value), to: &result)
    case .array(let elements):
      result += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { result += "," }
        element.write(to: &result, shown)
      }
      result += "]"
    case .object(let members):
      result += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { result += "," }
        JSONValue.quote(shown(member.0), to: &result)
        result += ":"
        member.1.write(to: &result, shown)
      }
      result += "}"
    }
  }

  private static func decimal(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "null" }
    let thousandths = Int64((value * 1000).rounded())
    let (whole, part) = (thousandths.magnitude / 1000, thousandths.magnitude % 1000)
    let digits = String(part)
    let padded = String(repeating: "0", count: 3 - digits.count) + digits
    return (thousandths < 0 ? "-" : "") + "\(whole).\(padded)"
  }

  /// Writes a string (RFC 8259, section 7). Escaped are what must be, and what a terminal would obey
  /// or a reader of lines take for the end of one.
  private static func quote(_ text: String, to result: inout String) {
    result += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where DangerousScalars.contains(scalar):
        for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      default: result.unicodeScalars.append(scalar)
      }
    }
    result += "\""
  }
}
