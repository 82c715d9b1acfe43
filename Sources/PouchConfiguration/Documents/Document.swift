internal import Yams

/// Reads YAML, of which JSON is a part, into a `Tree`.
struct Document {
  /// The root, or nil for a text without content or one that does not parse.
  private(set) var root: Tree?
  private(set) var diagnostics: [ConfigurationDiagnostic] = []

  private var origin: Place.Origin
  private var source: SourceText?
  private var room = Document.mostValues

  /// Aliases can unfold a small text into an endless tree; no configuration comes near these.
  private static let mostValues = 10_000
  private static let deepest = 32

  /// Reads a file's text.
  init(path: String, text: String) {
    let text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
    let source = SourceText(path: path, text: text)
    self.source = source
    origin = .file(path: path, source)
    read(text)
  }

  /// Reads a value that was given outside a file; all its parts have the same place.
  init(value text: String, origin: Place.Origin) {
    self.origin = origin
    read(text)
  }

  private mutating func read(_ text: String) {
    do {
      // No resolver: the settings say what type a value has. The encoding is named because the
      // default of Yams asks the environment and prints.
      guard let node = try compose(yaml: text, .basic, .default, .utf8) else { return }
      root = tree(node, depth: 0)
    } catch let error as YamlError {
      report(error)
    } catch {
      diagnostics.append(ConfigurationDiagnostic(place(nil, length: 1), "\(error)"))
    }
  }

  // MARK: Nodes

  private mutating func tree(_ node: Node, depth: Int) -> Tree? {
    room -= 1
    guard room >= 0, depth <= Self.deepest else {
      if room >= 0 || room == -1 {
        let what =
          room >= 0
          ? "nested deeper than \(Self.deepest) levels"
          : "unfolds to more than \(Self.mostValues) values"
        diagnostics.append(ConfigurationDiagnostic(place(node.mark, length: 1), what))
      }
      return nil
    }
    switch node {
    case .scalar(let scalar):
      checkTag(scalar.tag, scalar.mark)
      return .scalar(read(scalar))
    case .sequence(let sequence):
      checkTag(sequence.tag, sequence.mark)
      var elements: [Tree] = []
      for element in sequence {
        guard let element = tree(element, depth: depth + 1) else { return nil }
        elements.append(element)
      }
      return .sequence(elements, place(sequence.mark, length: 1))
    case .mapping(let mapping):
      checkTag(mapping.tag, mapping.mark)
      var entries: [Tree.Entry] = []
      for (key, value) in mapping {
        guard let value = tree(value, depth: depth + 1) else { return nil }
        guard case .scalar(let name) = key else {
          diagnostics.append(
            ConfigurationDiagnostic(place(key.mark, length: 1), "a key is a single word"))
          continue
        }
        entries.append(Tree.Entry(key: read(name), value: value))
      }
      return .mapping(entries, place(mapping.mark, length: 1))
    case .alias:
      // Parsing replaces every alias by what it names.
      return nil
    }
  }

  private func read(_ scalar: Node.Scalar) -> Tree.Scalar {
    let length: Int
    switch scalar.style {
    case .singleQuoted, .doubleQuoted:
      let quote: Unicode.Scalar = scalar.style == .singleQuoted ? "'" : "\""
      length =
        scalar.mark.flatMap { mark in
          source?.quotedLength(line: mark.line, column: mark.column, quote: quote)
        } ?? 1
    case .plain, .any: length = max(1, scalar.string.unicodeScalars.count)
    case .literal, .folded: length = 1
    }
    let isPlain = scalar.style == .plain || scalar.style == .any
    return Tree.Scalar(
      text: scalar.string, isPlain: isPlain, place: place(scalar.mark, length: length))
  }

  private mutating func checkTag(_ tag: Tag, _ mark: Mark?) {
    let name = tag.description
    guard name.isEmpty || name == "!" || name.hasPrefix("tag:yaml.org,2002:") else {
      diagnostics.append(
        ConfigurationDiagnostic(
          place(mark, length: 1), "the tag '\(name)' means nothing here", hint: "remove it"))
      return
    }
  }

  private func place(_ mark: Mark?, length: Int) -> Place {
    guard source != nil, let mark else { return Place(origin: origin) }
    return Place(origin: origin, line: mark.line, column: mark.column, length: length)
  }

  // MARK: Errors of the parser

  private mutating func report(_ error: YamlError) {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let message = [context?.text, problem].compactMap(\.self).joined(separator: ", ")
      // What is never closed is shown where it begins, not where the file ends.
      let opening = problem.hasSuffix("end of stream") ? context?.mark : nil
      diagnostics.append(
        ConfigurationDiagnostic(
          place(opening ?? mark, length: 1), "this is not YAML: \(message)",
          hint: syntaxHint(mark, begin: opening == nil ? context?.mark : nil)))
    case .reader(let problem, _, _, _):
      diagnostics.append(
        ConfigurationDiagnostic(
          source?.firstForbidden(origin) ?? Place(origin: origin), "this is not YAML: \(problem)"))
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.map { "'\($0)'" }.joined(separator: ", ")
      let length = keys.first?.unicodeScalars.count ?? 1
      diagnostics.append(
        ConfigurationDiagnostic(
          place(context.mark, length: length), "\(names) is written twice in one section",
          hint: "keep one of them"))
    default:
      diagnostics.append(ConfigurationDiagnostic(Place(origin: origin), "\(error)"))
    }
  }

  private func syntaxHint(_ mark: Mark, begin: Mark?) -> String? {
    guard let source, let line = source.line(mark.line) else { return nil }
    if source.column(of: "${", line: mark.line, from: 1) != nil {
      return "inside { } and [ ], put a value with ${…} in quotes"
    }
    if line.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") {
      return "indent with spaces, not tabs"
    }
    if let begin, begin.line > 1, begin.line != mark.line {
      return "it begins in line \(begin.line), column \(begin.column)"
    }
    return nil
  }
}
