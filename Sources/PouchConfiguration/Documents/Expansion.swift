/// Replaces variables in one value of a file.
///
/// `${NAME}` is the variable's value, and an error without one; `${NAME:-text}` is `text` when the
/// variable is unset or empty; `${NAME:?text}` is an error that says `text`. `$$` is a dollar.
struct Expansion {
  let environment: [String: String]

  /// What could not be expanded, and the part of the value that says it.
  struct Failure: Error {
    var fragment: String
    var message: String
    var hint: String?
  }

  private static let forms = "write ${NAME}, ${NAME:-default} or ${NAME:?message}; $$ is a dollar"
  private static let deepest = 8

  func expand(_ text: String) throws(Failure) -> String {
    guard text.unicodeScalars.contains("$") else { return text }
    return try expand(Array(text.unicodeScalars)[...], depth: 0)
  }

  private func expand(
    _ text: ArraySlice<Unicode.Scalar>, depth: Int
  ) throws(Failure) -> String {
    var result = ""
    var index = text.startIndex
    while index < text.endIndex {
      let scalar = text[index]
      index += 1
      guard scalar == "$" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      guard index < text.endIndex, text[index] == "$" || text[index] == "{" else {
        throw Failure(fragment: "$", message: "a '$' stands alone", hint: Expansion.forms)
      }
      if text[index] == "$" {
        result += "$"
        index += 1
        continue
      }
      guard let end = Expansion.end(of: text, after: index) else {
        throw Failure(
          fragment: string(text[(index - 1)...]), message: "'${' is not closed",
          hint: Expansion.forms)
      }
      result += try value(
        of: text[(index + 1)..<end], fragment: string(text[(index - 1)...end]), depth: depth)
      index = end + 1
    }
    return result
  }

  private func value(
    of inside: ArraySlice<Unicode.Scalar>, fragment: String, depth: Int
  ) throws(Failure) -> String {
    let name = string(inside.prefix { Expansion.isNamePart($0) })
    let rest = inside.dropFirst(name.unicodeScalars.count)
    guard let first = name.unicodeScalars.first, !("0"..."9").contains(first),
      depth <= Expansion.deepest
    else {
      throw Failure(
        fragment: fragment, message: "'\(fragment)' does not name a variable",
        hint: Expansion.forms)
    }
    let present = environment[name].flatMap { $0.isEmpty ? nil : $0 }
    switch string(rest.prefix(2)) {
    case "":
      guard let value = environment[name] else {
        throw Failure(
          fragment: fragment, message: "the environment has no variable '\(name)'",
          hint: "set it, or write ${\(name):-default}")
      }
      return value
    case ":-":
      guard let present else { return try expand(rest.dropFirst(2), depth: depth + 1) }
      return present
    case ":?":
      guard let present else {
        let text = string(rest.dropFirst(2))
        throw Failure(
          fragment: fragment, message: text.isEmpty ? "'\(name)' is not set" : "\(name): \(text)",
          hint: "set the environment variable \(name)")
      }
      return present
    default:
      throw Failure(
        fragment: fragment, message: "'\(fragment)' is not understood", hint: Expansion.forms)
    }
  }

  private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_": true
    default: false
    }
  }

  /// Where the brace that opens at `start` closes.
  private static func end(of text: ArraySlice<Unicode.Scalar>, after start: Int) -> Int? {
    var depth = 0
    for index in start..<text.endIndex {
      if text[index] == "{", text[index - 1] == "$" { depth += 1 }
      if text[index] == "}" { depth -= 1 }
      if depth == 0 { return index }
    }
    return nil
  }

  private func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var result = ""
    result.unicodeScalars.append(contentsOf: scalars)
    return result
  }
}
