/// Where a piece of configuration was written.
struct Place: Sendable {
  /// What kind of source it stands in.
  enum Origin: Sendable {
    /// A file; nil when it could not be read.
    case file(path: String, SourceText?)
    /// An environment variable, by its name.
    case environment(String)
    /// `--set`, by the key path it names.
    case set(String)
    /// A named option of the command, such as `--to`.
    case option(String)
    /// The command as a whole: something that no source says.
    case command
  }

  var origin: Origin
  /// Counted from 1; 0 where the origin has no lines.
  var line = 0
  /// Counted from 1, in Unicode scalars; 0 where the origin has no lines.
  var column = 0
  /// How many columns to underline.
  var length = 1

  /// The part of this place that holds `fragment`, or the whole of it.
  func narrowed(to fragment: String?) -> Place {
    guard let fragment, case .file(_, let source?) = origin,
      let column = source.column(of: fragment, line: line, from: column)
    else { return self }
    var place = self
    place.column = column
    place.length = fragment.unicodeScalars.count
    return place
  }

  /// Higher ones win over lower ones.
  var precedence: Int {
    switch origin {
    case .file: 1
    case .environment: 2
    case .set: 3
    case .option, .command: 4
    }
  }

  var isInFile: Bool {
    if case .file = origin { true } else { false }
  }

  /// Whether a named option of the command says it.
  var isOption: Bool {
    if case .option = origin { true } else { false }
  }
}
