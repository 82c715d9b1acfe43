public import PouchCore

/// Everything that is wrong with a configuration, at once and in order.
public struct ConfigurationErrors: Error, Sendable {
  /// Sorted by file, line and column; then what the environment, `--set` and options said.
  public let diagnostics: [ConfigurationDiagnostic]

  init(_ diagnostics: [ConfigurationDiagnostic]) {
    var seen: Set<String> = []
    self.diagnostics =
      diagnostics
      .map { (key: ConfigurationErrors.order($0), diagnostic: $0) }
      .sorted { $0.key < $1.key }
      .filter { seen.insert($0.diagnostic.description).inserted }
      .map(\.diagnostic)
  }

  /// The errors of several configurations that were read together, a sender's and a receiver's.
  public init(merging errors: [ConfigurationErrors]) {
    self.init(errors.flatMap(\.diagnostics))
  }

  /// The same as an error of the package, with the rendered text as its message.
  ///
  /// Its code is `.configuration`, unless all of it is of one other kind: `.usage` for a wrong use of
  /// the command's options, `.outputFailed` for an output that cannot be written. `.exhausted` wins
  /// over all: without a descriptor nothing else is known.
  public var error: PouchError {
    let codes = Set(diagnostics.map(\.code))
    let code =
      codes.contains(.exhausted)
      ? .exhausted : codes.count == 1 ? codes.first ?? .configuration : .configuration
    return PouchError(code, description)
  }

  private struct Order: Comparable {
    var precedence: Int
    var source: String
    var line: Int
    var column: Int
    var message: String

    static func < (a: Order, b: Order) -> Bool {
      (a.precedence, a.source, a.line, a.column, a.message)
        < (b.precedence, b.source, b.line, b.column, b.message)
    }
  }

  private static func order(_ diagnostic: ConfigurationDiagnostic) -> Order {
    Order(
      precedence: diagnostic.place.precedence, source: diagnostic.source,
      line: diagnostic.place.line, column: diagnostic.place.column, message: diagnostic.message)
  }
}

extension ConfigurationErrors: CustomStringConvertible {
  /// The text for people: each error with its source line and hint, then how many there are.
  public var description: String {
    var text = diagnostics.map { $0.description + "\n" }.joined()
    text += diagnostics.count == 1 ? "1 error" : "\(diagnostics.count) errors"
    if diagnostics.allSatisfy(\.place.isInFile) {
      let files = Set(diagnostics.map(\.source)).count
      text += files == 1 ? " in 1 file" : " in \(files) files"
    }
    return text + ". Nothing was started."
  }
}
