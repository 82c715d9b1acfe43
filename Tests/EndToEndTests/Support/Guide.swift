import Foundation
import Testing

/// A page of docs/ with examples that can be run: below a heading, a `sh` block for one shell, a
/// `python` block for another, and a `text` block with what both print.
struct Guide {
  struct Example: Sendable, CustomTestStringConvertible {
    var title: String
    var shell = ""
    var python = ""
    var output = ""

    var testDescription: String { title }

    /// What Python has to import that does not come with it.
    var package: String? {
      ["numpy", "cbor2"].first { python.contains("import \($0)") }
    }
  }

  let examples: [Example]

  init(_ page: String) {
    let text = (try? String(contentsOfFile: Repository.path(page), encoding: .utf8)) ?? ""
    var examples: [Example] = []
    var (heading, language) = ("", "")
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("```") {
        if language.isEmpty {
          language = String(line.dropFirst(3))
          if language == "sh" { examples.append(Example(title: heading)) }
        } else {
          language = ""
        }
      } else if language.isEmpty {
        if line.hasPrefix("#") { heading = String(line.drop { $0 == "#" || $0 == " " }) }
      } else if let last = examples.indices.last {
        switch language {
        case "sh": examples[last].shell += line + "\n"
        case "python": examples[last].python += line + "\n"
        case "text": examples[last].output += line + "\n"
        default: break
        }
      }
    }
    self.examples = examples
  }
}
